"""The photos of listings, let go of when no listing shows them any more."""

from collections.abc import Iterable

from fedicoop.db import Tx
from fedicoop.listings import store
from fedicoop.listings.listing import Photo
from fedicoop.media import store as pictures


async def let_go(tx: Tx, photos: Iterable[Photo]) -> None:
    """Forget these photos, unless another listing shows the same; the hourly sweep removes the files.

    Call it in the transaction that took them off their listing.
    """
    names = [photo.name for photo in photos if photo.name]
    await pictures.forget(tx, [name for name in names if not await store.shows(tx, name)])
