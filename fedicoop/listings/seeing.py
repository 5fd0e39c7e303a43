"""Who may look at a listing: the one place that decides, for its page and for all that hangs on it.

Its photos' page, its poster, its QR code, the form to ask for it, the form to report it: whoever
draws something of one listing asks here first (security cases 75 to 77).
"""

from fedicoop.access import Act, Member, may
from fedicoop.db import Tx
from fedicoop.errors import Gone, NotFound
from fedicoop.listings import store
from fedicoop.listings.listing import Listing, Status, Visibility

_SHOWN = (Status.PUBLISHED, Status.PAUSED, Status.CLOSED, Status.EXPIRED)
"""What may be read at its own address; lists show only what is published."""


def is_public(listing: Listing) -> bool:
    """Whether anybody may read it at its own address: people, search engines and peers."""
    return listing.visibility is Visibility.PUBLIC and is_open(listing)


def is_open(listing: Listing) -> bool:
    """Whether those whom it is for may read it: it was published, and nobody took it down."""
    return listing.status in _SHOWN


async def get_seen(tx: Tx, key: str, who: Member | None, origin: str) -> Listing:
    """The listing of that key, for whoever looks.

    Raises NotFound for one that is not for them and for one that never was, alike: same words, same
    questions to the database.  Raises Gone where it was deleted.
    """
    listing = await store.find_by_key(tx, key)
    grave = await store.is_gone(tx, f"{origin}/listings/{key}")
    if listing is not None and may(who, Act.LISTING_SEE, listing):
        return listing
    if listing is None and grave:
        raise Gone("page.listing_gone", key)
    raise NotFound("page.no_listing", key)
