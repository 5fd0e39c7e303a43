"""Letters that nobody thought of: each field of an offer with values of every kind, from a coop we hear."""

import copy
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import hostile
from tests.test_security_parser import pages_can_be_read

village, nord, friend, evil = hostile.fixtures()

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(
        ["", "0", "-1", "1" * 40, "x" * 70_000, "<script>", "#", "#\u00a0", "\ud800", "a\x00b", "§" * 300]
    ),
    st.sampled_from(
        ["2030", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2030-06-30T23:59:60Z", "2016-02-30"]
    ),
    st.sampled_from(
        [
            "https://friend.test/x",
            "https://friend.test:0/",
            "https://[::1/",
            "javascript:alert(1)",
            "as:Public",
        ]
    ),
    st.sampled_from(
        ["Note", "Proposal", "Image", "Place", "Tombstone", "Person", "Create", "Hashtag", "offer"]
    ),
)
VALUES = st.recursive(
    ODD,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "type", "name", "url", "href", "@value", "hasNumericalValue", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)


def whole(house) -> dict[str, object]:
    """An offer that uses every field that we read."""
    intent = {
        "type": "Intent",
        "id": "https://friend.test/listings/1#i",
        "name": "Remorque",
        "action": "transfer",
        "resourceConformsTo": "https://www.wikidata.org/wiki/Q11442",
        "resourceClassifiedAs": ["https://example.org/a"],
        "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": "3"},
        "availableQuantity": {"hasUnit": "one", "hasNumericalValue": "2"},
        "minimumQuantity": {"hasUnit": "one", "hasNumericalValue": "1"},
        "hasBeginning": "2030-05-02T00:00:00Z",
        "hasEnd": "2030-06-02T00:00:00Z",
        "finished": False,
    }
    return house.offer(
        name="Remorque",
        summary="x",
        contentMap={"fr": "x"},
        updated="2030-05-01T10:00:00Z",
        endTime="2030-07-01T00:00:00Z",
        url=[{"type": "Link", "mediaType": "text/html", "href": "https://friend.test/l/1"}],
        inReplyTo="https://friend.test/0",
        context="https://friend.test/c",
        replies="https://friend.test/r",
        sensitive=False,
        cc=["https://friend.test/f"],
        tag=[{"type": "Hashtag", "name": "#velo", "href": "https://friend.test/t"}],
        attachment=[
            {
                "type": "Image",
                "mediaType": "image/png",
                "url": "https://friend.test/p.png",
                "name": "x",
                "width": 3,
                "height": 4,
                "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
                "focalPoint": [0, 0.1],
            }
        ],
        location={
            "type": "Place",
            "name": "Lille",
            "latitude": 50.6,
            "longitude": 3.0,
            "radius": 5,
            "units": "km",
        },
        publishes=intent,
        reciprocal=intent | {"resourceConformsTo": "https://www.wikidata.org/wiki/Q4916"},
        unitBased=True,
        exchangeMode="sale",
    )


def places(value: object, path: tuple = ()):
    """The way to every value of a document."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in parts:
        yield from places(inner, (*path, name))


def changed(document, path: tuple, value: object):
    document = copy.deepcopy(document)
    at = document
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return document


@settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(data=st.data())
async def test_no_value_in_any_place_is_our_fault(nord, friend, data):
    """Cases 59, 61 and 63: a 2xx or a 4xx, no job that broke, and every page still there."""
    said = friend.says("Create", whole(friend))
    spots = [path for path in places(said) if path and path[0] != "@context"]
    said["object"]["id"] = f"{friend.origin}/listings/{said['id'].rpartition('/')[2]}"
    for path in data.draw(st.lists(st.sampled_from(spots), min_size=1, max_size=3)):
        try:
            said = changed(said, path, data.draw(VALUES))
        except (KeyError, IndexError, TypeError):
            continue

    answer = await friend.send(json.dumps(said).encode(), nord)

    assert answer.status_code in (202, 400, 401, 403), answer.text
    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM jobs WHERE crashes > 0 OR dead") == 0
    if answer.status_code == 202:
        await first_pages_can_be_read(nord)


async def first_pages_can_be_read(nord) -> None:
    for path in ("/", *(f"/l/{listing.key}" for listing in (await nord.shelf())[:1])):
        assert (await nord.get(path, "text/html")).status_code == 200


async def test_after_one_odd_value_in_each_place_all_pages_stand(nord, friend):
    """Case 63."""
    document = whole(friend)
    for kind, value in enumerate(([], 7, {"@value": ["\ud800"]})):
        for number, path in enumerate(places(document)):
            if path and path[0] not in ("@context", "id", "attributedTo"):
                offer = changed(document, path, value) | {"id": f"{friend.origin}/listings/{kind}-{number}"}
                answer = await friend.letter(friend.says("Create", offer), nord).to(nord)
                assert answer.status_code in (202, 400)
    await nord.settle()

    async with nord.node.db.read() as tx:
        assert await tx.count("SELECT count(*) FROM jobs WHERE crashes > 0 OR dead") == 0
    await pages_can_be_read(nord)
