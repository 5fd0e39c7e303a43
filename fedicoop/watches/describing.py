"""What is followed, in words: for the list of what a member follows, and for the notices that come of it.

Words are put together as values that `i18n.said` tells in the language of whoever reads them: a notice
is kept today and read in another language tomorrow.
"""

from datetime import date

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.i18n import said
from fedicoop.listings.question import Question, Source
from fedicoop.members import store as members
from fedicoop.watches.waiting import question_of
from fedicoop.watches.watch import About, Watch


async def title(tx: Tx, watch: Watch) -> object:
    """A few words for what somebody follows, to be told by `i18n.said`; "" where it is gone."""
    if watch.kind is About.COOP:
        coop = await actors.find(tx, watch.target)
        return coop.name or coop.handle if coop else ""
    if watch.kind is About.MEMBER:
        try:
            return (await members.get(tx, watch.target)).name
        except NotFound:
            return ""
    return _parts(question_of(watch.target))


def of_question(question: Question, language: str) -> str:
    """`« perceuse » · Offres · Prêt · à moins de 10 km de Lille · cette semaine`."""
    return str(said(_parts(question), language))


def _parts(question: Question) -> dict[str, object]:
    parts = [_text("watch.words", words=question.words)] if question.words else []
    if question.kind:
        parts.append(_text(f"watch.kind.{question.kind}"))
    if question.mode:
        parts.append(_text(f"mode.{question.mode}"))
    if question.category:
        parts.append(_text(f"category.{question.category}"))
    if question.point:
        parts.append(_text("watch.near", km=str(question.radius_km), place=question.place))
    if question.this_week:
        parts.append(_text("watch.this_week"))
    parts += _days(question.free_from, question.free_to)
    if question.source is not Source.ALL:
        parts.append(_text(f"watch.source.{question.source}"))
    return {"all": parts, "by": " · "} if parts else _text("watch.everything")


def _days(first: date | None, last: date | None) -> list[dict[str, object]]:
    days = {name: {"day": on.isoformat()} for name, on in (("start", first), ("end", last)) if on}
    if not days:
        return []
    key = "watch.between" if len(days) == 2 else "watch.from" if first else "watch.until"
    return [_text(key, **days)]


def _text(key: str, **values: object) -> dict[str, object]:
    return {"text": key, "values": values}
