"""What we say ourselves, one of each kind."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from fedicoop.vocabulary import types as t
from tests.wire.documents import COOP, LISTING, MASTO

ALICE = "https://coop.example/actors/alice"
NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def a_proposal(**changes):
    """An offer of ours with everything that an offer may have."""
    one = t.Measure(unit="one", amount=Decimal(1))
    price = t.Measure(unit="one", amount=Decimal(850))
    offered = t.Intent(
        id=f"{LISTING}#primary", action="transfer", name="Vélo cargo d’occasion", quantity=one, available=one
    )
    proposal = t.Proposal(
        id=LISTING,
        by=COOP,
        content="<p><strong>Offre · Vélo cargo d’occasion</strong></p>",
        language="fr",
        published=datetime(2026, 9, 1, 9, tzinfo=UTC),
        ends=datetime(2026, 9, 30, 22, tzinfo=UTC),
        url="https://coop.example/l/1",
        to=(t.PUBLIC,),
        cc=(f"{COOP}/followers",),
        context=f"{LISTING}/context",
        replies=f"{LISTING}/replies",
        tags=(t.Tag(type="Hashtag", name="#velo", href="https://coop.example/tags/velo"),),
        images=(t.Image(url="https://coop.example/media/1.jpg", alt="Un vélo", width=1600, height=1200),),
        location=t.Place(name="Lyon", latitude=45.74, longitude=4.84, radius=1000),
        purpose="offer",
        publishes=offered,
        reciprocal=t.Intent(id=f"{LISTING}#reciprocal", action="transfer", quantity=price),
        mode="sale",
    )
    return replace(proposal, **changes)


def an_organization(**changes):
    """A coop of ours with everything that an actor may have."""
    ours = {
        name: f"{COOP}/{name.replace('_', '-')}"
        for name in (
            "inbox",
            "outbox",
            "followers",
            "following",
            "featured",
            "featured_tags",
            "offers",
            "needs",
        )
    }
    multikey = t.Key(
        id=f"{COOP}#ed25519-key",
        owner=COOP,
        algorithm="ed25519",
        public="z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    )
    pem = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"
    actor = t.Actor(
        id=COOP,
        type="Organization",
        handle="velo",
        name="Atelier Vélo",
        **ours,
        shared_inbox="https://coop.example/inbox",
        webfinger="velo@coop.example",
        summary="<p>Lyon</p>",
        icon=t.Image(url="https://coop.example/media/velo.png", media_type="image/png", alt="Logo"),
        fields=(t.Field(name="Charte", value="https://coop.example/charter"),),
        published=datetime(2026, 3, 1, tzinfo=UTC),
        implements=("https://w3id.org/fep/0837",),
        keys=(t.Key(id=f"{COOP}#main-key", owner=COOP, algorithm="rsa", public=pem), multikey),
    )
    return replace(actor, **changes)


def a_saying(note):
    return t.Create(
        id=f"{note.id}/create", actor=note.by, object=note, to=note.to, cc=note.cc, published=NOON
    )


def an_answer(**changes):
    note = t.Note(
        id="https://coop.example/notes/1", by=ALICE, content="<p>Oui</p>", published=NOON, to=(MASTO,)
    )
    return replace(note, **changes)


WE_SAY = {
    "offer": a_saying(a_proposal()),
    "need": a_saying(a_proposal(purpose="request", reciprocal=None, images=(), mode="loan")),
    "closed": t.Update(id=f"{LISTING}/2", actor=COOP, object=a_proposal(updated=NOON)),
    "followers only": a_saying(a_proposal(to=(f"{COOP}/followers",), cc=())),
    "public answer": a_saying(an_answer(to=(t.PUBLIC,), in_reply_to=f"{MASTO}/1", summary="Vélo")),
    "private answer": a_saying(
        an_answer(tags=(t.Tag(type="Mention", name="@bob@masto.example", href=MASTO),))
    ),
    "gone": t.Delete(id=f"{LISTING}/3", actor=COOP, object=t.Tombstone(id=LISTING, deleted=NOON)),
    "coop": an_organization(),
    "member": an_organization(type="Person", implements=(), offers=None, needs=None),
    "house": an_organization(type="Application", fields=(), icon=None),
    "changed coop": t.Update(id=f"{COOP}/1", actor=COOP, object=an_organization()),
    "outbox page": t.Collection(
        id=f"{COOP}/outbox?page=1",
        part_of=f"{COOP}/outbox",
        total=2,
        next=f"{COOP}/outbox?page=2",
        items=(a_saying(a_proposal()), "https://coop.example/activities/9"),
    ),
    "followers": t.Collection(id=f"{COOP}/followers", total=12),
    "follow": t.Follow(id="https://coop.example/activities/1", actor=COOP, object=MASTO, to=(MASTO,)),
}
