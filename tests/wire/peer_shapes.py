"""What each peer's code asks of an activity that carries a note, one function a peer.

Each gives the list of problems that it sees; one that begins with NOTE is a remark.  Restated from
the peers' sources (Mastodon activity.rb, create.rb, status_parser.rb; GoToSocial
interfaces.go, astointernal.go; Misskey type.ts, ApNoteService.ts; Mitra handlers/note.rs; Lemmy
protocol/page.rs; Akkoma object_validator.ex).  Everything that we emit goes through all of them.
"""

from urllib.parse import urlparse

ACTIVITYSTREAMS = "https://www.w3.org/ns/activitystreams"
CONVERTED = {"Image", "Audio", "Video", "Article", "Page", "Event"}
STATUSABLE = {
    "Article",
    "Document",
    "Image",
    "Video",
    "Note",
    "Page",
    "Event",
    "Place",
    "Profile",
    "Question",
}
MISSKEY_POSTS = {"Note", "Question", "Article", "Audio", "Document", "Image", "Page", "Video", "Event"}
LEMMY_PAGES = {"Page", "Article", "Note", "Video", "Event"}
AKKOMA_OBJECTS = {"Question", "Answer", "Audio", "Video", "Event", "Article", "Note", "Page"}
AKKOMA_ATTACHMENTS = {"Link", "Document", "Audio", "Image", "Video"}


def many(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def host(url):
    return urlparse(url).netloc


def attachments(note):
    return many(note.get("attachment"))


def mastodon(activity):
    note, types = activity["object"], set(many(activity["object"]["type"]))
    native, converted = types & {"Note", "Question"}, types & CONVERTED
    return [
        *([] if ACTIVITYSTREAMS in many(activity.get("@context")) else ["no AS2 context string"]),
        *([] if isinstance(activity["type"], str) else ["activity type must be a string"]),
        *([] if native or converted else [f"unsupported object type {note['type']}: dropped"]),
        *(["converted: only name, summary and link are shown"] if converted else []),
        *([] if host(note["id"]) == host(activity["actor"]) else ["id host differs from the actor's"]),
        *(["attachments cut to 4"] if len([a for a in attachments(note) if a.get("url")]) > 4 else []),
    ]


def misskey(activity):
    note = activity["object"]
    kind = note["type"] if isinstance(note["type"], str) else note["type"][0]
    page = next(iter(many(note.get("url"))), None)
    page = page["href"] if isinstance(page, dict) else page
    return [
        *([] if kind in MISSKEY_POSTS else [f"invalid object type {kind}"]),
        *([] if isinstance(activity["actor"], str) else ["actor must be a string"]),
        *([] if isinstance(activity.get("id"), str) else ["no activity id"]),
        *([] if note["id"].startswith("https://") else ["id is not https"]),
        *(["url in another house"] if page and host(page) != host(note["id"]) else []),
    ]


def gotosocial(activity):
    note = activity["object"]
    named = note.get("name")
    unnamed_vote = "Note" in many(note["type"]) and named and "content" not in note
    return [
        *([] if set(many(note["type"])) & STATUSABLE else [f"type {note['type']} is no status"]),
        *(["a name without content is a vote"] if unnamed_vote else []),
        *(["NOTE the name becomes a content warning"] if named and not note.get("summary") else []),
        *(["updated before published"] if note.get("updated", "9") < note["published"] else []),
    ]


def mitra(activity):
    note = activity["object"]
    plain = [name for name in ("context", "quote", "quoteUrl") if not isinstance(note.get(name, ""), str)]
    links = [a for a in attachments(note) if a.get("type") == "Link"]
    return [
        *([] if isinstance(note["type"], str) else ["type must be a string"]),
        *(f"{name} must be a string" for name in plain),
        *(["NOTE a Link is appended to the text"] if links else []),
    ]


def lemmy(activity):
    note = activity["object"]
    known = isinstance(note["type"], str) and note["type"] in LEMMY_PAGES
    listed = isinstance(note.get("attachment", []), list)
    odd = [a for a in attachments(note) if not _is_lemmy_attachment(a)]
    return [
        *([] if known else [f"type {note['type']} is no page"]),
        *([] if "cc" in activity else ["no cc"]),
        *([] if listed else ["attachment must be a list"]),
        *(f"attachment {a['type']} breaks the whole object" for a in odd),
        *(["NOTE a comment, not a post"] if note.get("inReplyTo") else []),
        *([] if isinstance(note["attributedTo"], str) else ["attributedTo must be a string"]),
        *([] if note.get("mediaType", "text/html") in ("text/html", "text/markdown") else ["mediaType"]),
        "NOTE needs a Group in to or cc",
    ]


def _is_lemmy_attachment(item):
    pictured = item["type"] in ("Image", "Document") and isinstance(item.get("url"), str)
    return pictured or (item["type"] == "Link" and "href" in item)


def akkoma(activity):
    note = activity["object"]
    odd = [
        a
        for a in attachments(note)
        if (a.get("url") or a.get("href")) and a.get("type") not in AKKOMA_ATTACHMENTS
    ]
    return [
        *([] if isinstance(note["type"], str) and note["type"] in AKKOMA_OBJECTS else ["no validator"]),
        *(f"attachment type {a.get('type')}" for a in odd),
    ]


PEERS = (mastodon, gotosocial, misskey, mitra, lemmy, akkoma)
