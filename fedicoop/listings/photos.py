"""The photos of listings, let go of when no listing shows them any more."""

from collections.abc import Iterable

from fedicoop.db import Tx
from fedicoop.listings import store
from fedicoop.listings.listing import Photo
from fedicoop.media import store as pictures


async def let_go(tx: Tx, photos: Iterable[Photo], *, of: str, but: Iterable[Photo] = ()) -> None:
    """Forget the photos of a listing, except those it still shows (`but`) and those of other listings.

    The hourly sweep removes the files.
    """
    names = {photo.name for photo in photos if photo.name} - {photo.name for photo in but}
    await pictures.forget(tx, [name for name in sorted(names) if not await store.shows(tx, name, but=of)])
