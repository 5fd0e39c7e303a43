"""What readers will want to know of a thing: questions that the form offers to put into a description.

They are texts, a line each: `publish.ask.<category>.<kind>`.
"""

from functools import cache

from fedicoop.i18n import LANGUAGES, t
from fedicoop.listings.categories import FIRST_BRANCH
from fedicoop.listings.listing import Kind

ABOUT = ("bikes.repair", "bikes", "lending", "tools", "food", "skills", "places", "other")
_ENDS = " ?:\u00a0\u202f"


def about(category: str, coop_kind: str | None) -> str:
    """Which list of questions goes with a category; where there is none yet, with the coop's own branch."""
    wanted = category or FIRST_BRANCH.get(coop_kind or "", "")
    return next((one for one in (wanted, wanted.partition(".")[0]) if one in ABOUT), "other")


def is_bare(line: str) -> bool:
    """Whether a line of a description is nothing but one of these questions, put there and not answered."""
    return line.rstrip().endswith(":") and line.strip().rstrip(_ENDS) in _all()


@cache
def _all() -> frozenset[str]:
    return frozenset(
        question.strip().rstrip(_ENDS)
        for language in LANGUAGES
        for category in ABOUT
        for kind in Kind
        for question in t(f"publish.ask.{category}.{kind}", language).split("\n")
    )
