"""What Lemmy asks for and takes: shapes recorded from its own assets, its rules for what a group passes on.

L = LemmyNet/lemmy 1.0 beta: crates/apub/activities, crates/apub/objects.
"""

from typing import Any

from tests.hostile import PUBLIC, Stranger

CONTEXT = ["https://join-lemmy.org/context.json", "https://www.w3.org/ns/activitystreams"]


def reader(house: Stranger, name: str = "lemmy_alpha") -> str:
    """Somebody of a Lemmy who will follow a board; their inbox is shared."""
    inbox = {"endpoints": {"sharedInbox": f"{house.origin}/inbox"}}
    return house.actor(name, **inbox)


def follow(house: Stranger, board: str, name: str = "lemmy_alpha") -> dict[str, Any]:
    """L assets/lemmy/activities/following/follow.json."""
    return {
        "@context": CONTEXT,
        "actor": house.id(name),
        "to": [board],
        "object": board,
        "type": "Follow",
        "id": f"{house.origin}/activities/follow/6abcd50b-b8ca-4952-86b0-a6dd8cc12866",
    }


def unfollow(house: Stranger, board: str, name: str = "lemmy_alpha") -> dict[str, Any]:
    """L protocol/following/undo_follow.rs: the Follow inside, whole."""
    inner = follow(house, board, name)
    del inner["@context"]
    return {
        "@context": CONTEXT,
        "actor": house.id(name),
        "to": [board],
        "object": inner,
        "type": "Undo",
        "id": f"{house.origin}/activities/undo/2d8f7ac4-3f0b-4b5f-9d2e-0c7cb3b1f1d3",
    }


def comment(
    house: Stranger, board: str, parent: str, author: str, name: str = "lemmy_alpha"
) -> dict[str, Any]:
    """L assets/lemmy/activities/create_or_update/create_comment.json, in reply to a listing."""
    note = {
        "type": "Note",
        "id": f"{house.origin}/comment/1",
        "attributedTo": house.id(name),
        "to": [PUBLIC],
        "cc": [board, author],
        "audience": board,
        "content": "<p>hello from lemmy</p>",
        "mediaType": "text/html",
        "source": {"content": "hello from lemmy", "mediaType": "text/markdown"},
        "inReplyTo": parent,
        "published": "2030-05-01T09:00:00.794920Z",
        "tag": [],
    }
    return {
        "@context": CONTEXT,
        "actor": house.id(name),
        "to": [PUBLIC],
        "object": note,
        "cc": [board, author],
        "audience": board,
        "tag": [{"href": author, "type": "Mention", "name": "@nord@nord.test"}],
        "type": "Create",
        "id": f"{house.origin}/activities/create/1e77d67c-44ac-45ed-bf2a-460e21f60236",
    }


def takes_group(actor: dict[str, Any]) -> bool:
    """L protocol/group.rs: what has no default there must be there."""
    key = actor["publicKey"]
    return (
        actor["type"] == "Group"
        and all(isinstance(actor[name], str) for name in ("id", "preferredUsername", "inbox", "outbox"))
        and key["owner"] == actor["id"]
        and "publicKeyPem" in key
        and not isinstance(actor.get("icon"), list)
    )


def takes_announced(announce: dict[str, Any]) -> bool:
    """L community/announce.rs and create_or_update/post.rs: a public post of the group."""
    inner = announce["object"]
    if (
        announce["type"] != "Announce"
        or not isinstance(inner, dict)
        or inner["type"] not in ("Create", "Update")
    ):
        return False
    page = inner["object"]
    return (
        PUBLIC in [*announce["to"], *announce["cc"]]
        and PUBLIC in [*inner["to"], *inner["cc"]]
        and page["type"] in ("Page", "Article", "Note", "Video", "Event")
        and "inReplyTo" not in page  # a comment is no post
        and isinstance(page["attributedTo"], str)
        and page["attributedTo"] == inner["actor"]
        and page["audience"] == announce["actor"]  # decides which community it belongs to
        and all(one["type"] in ("Link", "Image", "Document") for one in page["attachment"])
        and isinstance(page.get("context", ""), str)
    )
