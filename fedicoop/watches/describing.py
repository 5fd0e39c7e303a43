"""What is followed, in words: for the list of what a member follows, and for the notices that come of it."""

from fedicoop.actors import store as actors
from fedicoop.db import Tx
from fedicoop.errors import NotFound
from fedicoop.i18n import day, t
from fedicoop.listings.question import Question, Source
from fedicoop.members import store as members
from fedicoop.watches.waiting import question_of
from fedicoop.watches.watch import About, Watch


async def title(tx: Tx, watch: Watch, language: str) -> str:
    """A few words for what somebody follows; "" where it is gone."""
    if watch.kind is About.COOP:
        coop = await actors.find(tx, watch.target)
        return coop.name or coop.handle if coop else ""
    if watch.kind is About.MEMBER:
        try:
            return (await members.get(tx, watch.target)).name
        except NotFound:
            return ""
    return of_question(question_of(watch.target), language)


def of_question(question: Question, language: str) -> str:
    """`« perceuse » · Offres · Prêt · à moins de 10 km de Lille · cette semaine`."""
    parts = [t("watch.words", language, words=question.words)] if question.words else []
    if question.kind:
        parts.append(t(f"watch.kind.{question.kind}", language))
    if question.mode:
        parts.append(t(f"mode.{question.mode}", language))
    if question.category:
        parts.append(t(f"category.{question.category}", language))
    if question.point:
        parts.append(t("watch.near", language, km=str(question.radius_km), place=question.place))
    if question.this_week:
        parts.append(t("watch.this_week", language))
    parts += _days(question, language)
    if question.source is not Source.ALL:
        parts.append(t(f"watch.source.{question.source}", language))
    return " · ".join(parts) or t("watch.everything", language)


def _days(question: Question, language: str) -> list[str]:
    first, last = question.free_from, question.free_to
    if first and last:
        return [t("watch.between", language, start=day(first, language), end=day(last, language))]
    if first or last:
        said = {name: day(on, language) for name, on in (("start", first), ("end", last)) if on}
        return [t("watch.from" if first else "watch.until", language, **said)]
    return []
