"""Messages on the wire: what we make of theirs, and what ours are for them."""

import re
from dataclasses import replace
from datetime import datetime
from html import escape

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.enquiries.enquiry import Conversation, Message, State
from fedicoop.vocabulary.hosts import origin_of
from fedicoop.vocabulary.types import PUBLIC, Actor, Iri, Note, Tag
from fedicoop.web.clean import clean_html, markdown, plain
from fedicoop.web.filters import host_of

LONGEST = 20_000  # characters of HTML of one message; more is cut
_PARAGRAPH = re.compile(r"\A<p>")
_NAME = re.compile(
    r"(?:<span>)?<a href=\"([^\"<>]{1,500})\"[^<>]{0,100}>"
    r"@(?:<span>)?[^<>]{1,200}(?:</span>)?</a>(?:</span>)?\s{0,5}"
)
"""Whom a note is for, as servers put it in front of its words."""


def note_id(origin: str, key: str) -> Iri:
    return Iri(f"{origin}/notes/{key}")


def from_note(note: Note, conversation: Conversation, key: str, now: datetime) -> Message:
    """A message of a peer, sanitised: what is kept is what is shown.

    Its date is its author's word, but nothing was said tomorrow.
    """
    titled = note.name and note.content  # a name alone is a vote in a poll
    title = clean_html(f"<p><strong>{escape(note.name)}</strong></p>") if titled else ""
    return Message(
        id=note.id,
        key=key,
        conversation_id=conversation.id,
        actor_id=note.by,
        local=False,
        public=is_public(note) and conversation.public,
        html=title + _words(note, host_of(conversation.across(note.by))),
        warning=note.summary[:500],
        language=note.language,
        url=note.url,
        thread=note.conversation,
        pictures=len(note.images),
        reply_to=note.in_reply_to or "",
        state=State.SHOWN,
        once=note.id,
        said_at=min(note.published, now),
        kept_at=now,
        updated_at=note.updated,
    )


def _words(note: Note, house: str) -> str:
    """Its text without the names of ours in front: every page of ours says in its own way whom it is for."""
    html = clean_html(note.content[:LONGEST])
    bare = html.removeprefix("<p>")
    while (name := _NAME.match(bare)) and host_of(name[1]) == house:
        bare = bare[name.end() :]
    return f"<p>{bare}" if html.startswith("<p>") and plain(bare) else html


def edited(known: Message, note: Note, now: Message) -> Message:
    """What is known, as its author says it now; who, where and when it was said stay (invariant 4)."""
    return replace(
        known,
        html=now.html,
        warning=now.warning,
        language=now.language,
        pictures=now.pictures,
        updated_at=note.updated,
    )


def is_public(note: Note) -> bool:
    """Public and unlisted alike; a message is public only if itself addressed so, whatever it answers."""
    return PUBLIC in (*note.to, *note.cc)


def addressed(note: Note) -> tuple[str, ...]:
    """Whom a note names: its audience, then those it mentions."""
    mentions = [tag.href for tag in note.tags if tag.type == "Mention" and tag.href]
    return tuple(dict.fromkeys([*note.to, *note.cc, *mentions]))


async def to_note(tx: Tx, message: Message, conversation: Conversation) -> Note:
    """A message of ours as Mastodon, GoToSocial, Misskey and snac show it.

    Whoever is answered stands in a Mention and in the audience: without both, nobody is told
    (federation.md, 6.4.8).  A private one is addressed to them alone.
    """
    author = await actors.get(tx, message.actor_id)
    named = await actors.several(tx, message.mentions)
    asked = tuple(Iri(id) for id in message.mentions if id in named)
    followers = (author.followers,) if author.followers else ()
    origin = origin_of(message.id)
    return Note(
        id=Iri(message.id),
        by=author.id,
        content=_content(message, [named[id] for id in asked]),
        language=message.language,
        published=message.said_at,
        updated=message.updated_at,
        url=Iri(f"{origin}{conversation.path}#{message.anchor}" if message.public else message.id),
        to=(PUBLIC,) if message.public else asked,
        cc=(*followers, *asked) if message.public else (),
        in_reply_to=Iri(message.reply_to) if message.reply_to else None,
        context=Iri(conversation.context),
        conversation=message.thread or conversation.context,
        tags=tuple(Tag(type="Mention", name=f"@{_name(one)}", href=one.id) for one in named.values()),
    )


def _name(actor: Actor) -> str:
    return actor.webfinger or f"{actor.handle}@{origin_of(actor.id).partition('://')[2]}"


def _content(message: Message, named: list[Actor]) -> str:
    """The words, after the names of those they are for, as peers write mentions."""
    links = " ".join(
        f'<span class="h-card"><a href="{escape(one.url or one.id)}" class="u-url mention">'
        f"@<span>{escape(one.handle)}</span></a></span>"
        for one in named
    )
    html = markdown(message.text)
    if not links:
        return html
    return _PARAGRAPH.sub(f"<p>{links} ", html) if html.startswith("<p>") else f"<p>{links}</p>{html}"
