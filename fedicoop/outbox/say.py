"""Saying something in an actor's name: kept and promised in the caller's transaction."""

from dataclasses import dataclass, field

from fedicoop.db import Tx
from fedicoop.jobs import queue
from fedicoop.outbox import former
from fedicoop.outbox.proving import proved
from fedicoop.vocabulary.hosts import origin_of
from fedicoop.vocabulary.types import PUBLIC, Activity, Create, Delete, Follow, Iri, Note, Tombstone, Update


@dataclass(frozen=True, slots=True)
class Audience:
    """Who should hear: the followers of some actors of ours, some actors, and some inboxes."""

    followers_of: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    everyone_reached: bool = False  # every inbox that ever got the object: for its Delete
    inboxes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FanOut:
    """Spell an audience out into one `Deliver` per distinct inbox.

    The click that causes it writes this one row, so it costs the same for ten followers and for
    ten thousand.
    """

    activity_id: str
    object_id: str
    thread: str
    followers_of: list[str] = field(default_factory=list)
    actors: list[str] = field(default_factory=list)
    everyone_reached: bool = False
    inboxes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Deliver:
    """One activity to one inbox.  The key is fetched at the last moment, never stored here."""

    activity_id: str
    object_id: str
    thread: str
    inbox: str


def activity_id(tx: Tx, by: str) -> Iri:
    """Every activity of ours has an address of its own, and is served there."""
    return Iri(f"{origin_of(by)}/activities/{tx.new_id()}")


async def say(tx: Tx, activity: Activity, audience: Audience) -> None:
    """Keep `activity` exactly as it will be signed, and promise it to `audience`.

    Both happen in the caller's transaction: what is not committed was never said.
    """
    object_id, thread = subject(activity), thread_of(activity)
    await tx.run(
        """INSERT INTO sent (id, actor_id, type, object_id, public, body, created_at)
           VALUES (:id, :actor, :type, :object, :public, :body, :now)""",
        id=activity.id,
        actor=activity.actor,
        type=type(activity).__name__,
        object=object_id,
        public=PUBLIC in (*activity.to, *activity.cc),
        body=await proved(tx, activity),
        now=tx.now,
    )
    task = FanOut(
        activity.id,
        object_id,
        thread,
        list(audience.followers_of),
        list(audience.actors),
        audience.everyone_reached,
        list(audience.inboxes),
    )
    await queue.enqueue(tx, task, lane="fan-out", thread=thread)
    if isinstance(activity, Delete):
        await _end_older_ids(tx, activity)


async def _end_older_ids(tx: Tx, activity: Delete) -> None:
    """Who has a copy under an id that it had before this house moved is told as well."""
    for was in await former.before_the_move(tx, subject(activity)):
        actor, gone = Iri(was.actor_id), Tombstone(id=Iri(was.object_id), deleted=tx.now)
        to = (PUBLIC,) if was.public else ()
        end = Delete(id=activity_id(tx, actor), actor=actor, object=gone, to=to, published=tx.now)
        await say(tx, end, Audience(everyone_reached=True))
        await tx.run(
            "UPDATE sent SET body = '' WHERE object_id = :id AND id <> :end", id=was.object_id, end=end.id
        )


async def restate(tx: Tx, edit: Update) -> None:
    """What was said of an object before now says what it has become: nobody reads the old words here.

    Its Create, in the outbox and at its id, carries the object as it stands; earlier Updates go.
    Deliveries that still wait carry the new words, or have become needless.
    """
    assert not isinstance(edit.object, str)
    await tx.run(
        "UPDATE sent SET body = '' WHERE object_id = :object AND type = 'Update' AND id <> :edit",
        object=edit.object.id,
        edit=edit.id,
    )
    for row in await tx.all(
        _Id, "SELECT id FROM sent WHERE object_id = :id AND type = 'Create'", id=edit.object.id
    ):
        published = edit.object.published if isinstance(edit.object, Note) else edit.published
        create = Create(
            id=Iri(row.id), actor=edit.actor, object=edit.object, to=edit.to, cc=edit.cc, published=published
        )
        await revoice(tx, create)


async def revoice(tx: Tx, activity: Activity) -> None:
    """What was said under that id says it so from now on, to who asks and to whom it still goes."""
    body = await proved(tx, activity)
    await tx.run("UPDATE sent SET body = :body WHERE id = :id", body=body, id=activity.id)


@dataclass(frozen=True, slots=True)
class _Id:
    id: str


def thread_of(activity: Activity) -> str:
    """What keeps its order: all that is said of one object, or between one follower and one followed.

    So one answer that cannot be delivered holds up nobody else's.
    """
    thing: object = activity
    while isinstance(thing, Activity) and not isinstance(thing, Follow):
        thing = thing.object
    return f"{thing.actor} {subject(thing)}" if isinstance(thing, Follow) else subject(activity)


def subject(activity: Activity) -> str:
    """The id of the thing that an activity is finally about."""
    thing = activity.object
    while isinstance(thing, Activity):
        thing = thing.object
    return thing if isinstance(thing, str) else thing.id
