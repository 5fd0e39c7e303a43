"""The `@context` of what we write: every term that stands in a document, defined inside it.

Inline, so that nobody has to fetch anything of ours to read us (federation.md 6.3, rule 2); only
what the document needs, so that a Follow stays five lines long.  Two contexts are named by address
because peers know them by heart: security/v1 and data-integrity/v1.
"""

from fedicoop.vocabulary import types as t
from fedicoop.vocabulary.verbs import QuoteAuthorization, QuoteRequest

ACTIVITYSTREAMS = "https://www.w3.org/ns/activitystreams"
_SECURITY = "https://w3id.org/security/v1"
_DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v1"

Terms = dict[str, str | dict[str, str]]


def _id(name: str, container: str = "") -> dict[str, str]:
    """A term whose value is an address."""
    return {"@id": name, "@type": "@id", **({"@container": container} if container else {})}


_TOOT: Terms = {"toot": "http://joinmastodon.org/ns#"}
_COOP: Terms = {"coop": t.NAMESPACE}
_VALUEFLOWS: Terms = {"vf": "https://w3id.org/valueflows/ont/vf#"}

_APPROVAL: Terms = {"manuallyApprovesFollowers": "as:manuallyApprovesFollowers"}
_MULTIKEY: Terms = {
    "Multikey": "https://w3id.org/security#Multikey",
    "assertionMethod": _id("https://w3id.org/security#assertionMethod", "@set"),
    "controller": _id("https://w3id.org/security#controller"),
    "publicKeyMultibase": {"@id": "https://w3id.org/security#publicKeyMultibase"},
}
_PROFILE: Terms = {
    "alsoKnownAs": _id("as:alsoKnownAs"),
    "movedTo": _id("as:movedTo"),
    "Hashtag": "as:Hashtag",
    **_TOOT,
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "featured": _id("toot:featured"),
    "featuredTags": _id("toot:featuredTags"),
    "schema": "http://schema.org#",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
}
_SHELVES: Terms = {**_COOP, "offers": _id("coop:offers"), "needs": _id("coop:needs")}
_IMPLEMENTS: Terms = {"implements": _id("https://w3id.org/fep/844e/implements", "@list")}

_NOTE: Terms = {
    "Hashtag": "as:Hashtag",
    "sensitive": "as:sensitive",
    **_TOOT,
    "blurhash": "toot:blurhash",
    "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
    "gts": "https://gotosocial.org/ns#",
    "interactionPolicy": _id("gts:interactionPolicy"),
    "canQuote": _id("gts:canQuote"),
    "automaticApproval": _id("gts:automaticApproval"),
}
_CONVERSATION: Terms = {"ostatus": "http://ostatus.org#", "conversation": "ostatus:conversation"}
_LISTING: Terms = {
    **_VALUEFLOWS,
    "om2": "http://www.ontology-of-units-of-measure.org/resource/om-2/",
    "Proposal": "vf:Proposal",
    "Intent": "vf:Intent",
    "purpose": "vf:purpose",
    "unitBased": "vf:unitBased",
    "publishes": "vf:publishes",
    "reciprocal": "vf:reciprocal",
    "action": "vf:action",
    "finished": "vf:finished",
    "resourceConformsTo": _id("vf:resourceConformsTo"),
    "resourceClassifiedAs": _id("vf:resourceClassifiedAs"),
    "resourceQuantity": "vf:resourceQuantity",
    "availableQuantity": "vf:availableQuantity",
    "minimumQuantity": "vf:minimumQuantity",
    "hasUnit": "om2:hasUnit",
    "hasNumericalValue": "om2:hasNumericalValue",
    **_COOP,
    "exchangeMode": "coop:exchangeMode",
}
_MOVED: Terms = {"alsoKnownAs": _id("as:alsoKnownAs")}
_DEPOSIT: Terms = {**_COOP, "deposit": "coop:deposit"}
_QUOTE: Terms = {
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "gts": "https://gotosocial.org/ns#",
    "interactingObject": _id("gts:interactingObject"),
    "interactionTarget": _id("gts:interactionTarget"),
}
_TIMES: Terms = {**_VALUEFLOWS, "hasBeginning": "vf:hasBeginning", "hasEnd": "vf:hasEnd"}


def context_of(thing: t.Thing | QuoteAuthorization, *, proved: bool = False) -> str | list[str | Terms]:
    """The `@context` that a thing needs: ActivityStreams alone, or a list with our terms at its end."""
    names, terms = _needs(thing)
    names |= {_DATA_INTEGRITY} if proved else set()
    more: list[str | Terms] = [*sorted(names, reverse=True), *([terms] if terms else [])]
    return [ACTIVITYSTREAMS, *more] if more else ACTIVITYSTREAMS


def _needs(thing: t.Thing | QuoteAuthorization) -> tuple[set[str], Terms]:
    match thing:
        case t.Actor():
            return {_SECURITY}, _actor_terms(thing)
        case t.Proposal():
            more = {**(_TIMES if _has_times(thing) else {}), **(_DEPOSIT if thing.deposit else {})}
            more |= _MOVED if thing.also_known_as else {}
            return {_DATA_INTEGRITY}, {**_NOTE, **_LISTING, **more}
        case t.Note():
            return set(), {**_NOTE, **(_CONVERSATION if thing.conversation else {})}
        case QuoteRequest() | QuoteAuthorization():
            return set(), _QUOTE
        case t.Activity():
            return _needs(thing.object)
        case t.Collection():
            inside = [_needs(item) for item in thing.items]
            names: set[str] = set().union(*(name for name, _ in inside))
            return names, {name: term for _, terms in inside for name, term in terms.items()}
    return set(), {}


def _actor_terms(actor: t.Actor) -> Terms:
    shown = actor.type != "Application" or actor.webfinger or actor.featured or actor.featured_tags
    return {
        **(_MULTIKEY if any(key.algorithm == "ed25519" for key in actor.keys) else {}),
        **_APPROVAL,
        **(_PROFILE if shown else {}),
        **(_SHELVES if actor.offers or actor.needs else {}),
        **(_IMPLEMENTS if actor.implements else {}),
    }


def _has_times(proposal: t.Proposal) -> bool:
    intents = [proposal.publishes, *([proposal.reciprocal] if proposal.reciprocal else [])]
    return any(intent.begins or intent.ends for intent in intents)
