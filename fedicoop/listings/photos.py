"""The photos of listings and drafts, let go of when nothing shows them any more."""

from collections.abc import Iterable

from fedicoop.db import Tx
from fedicoop.listings import drafts, store
from fedicoop.listings.listing import Photo
from fedicoop.media import store as pictures


async def let_go(tx: Tx, photos: Iterable[Photo], *, of: str, but: Iterable[Photo] = ()) -> None:
    """Forget the photos of a listing or a draft, except those it still shows (`but`) and others' too.

    The hourly sweep removes the files.
    """
    names = {photo.name for photo in photos if photo.name} - {photo.name for photo in but}
    await pictures.forget(tx, [name for name in sorted(names) if not await _is_shown(tx, name, of)])


async def _is_shown(tx: Tx, name: str, but: str) -> bool:
    return await store.shows(tx, name, but=but) or await drafts.shows(tx, name, but=but)
