"""What members type about an exchange, read field by field; what cannot be read is told beside its field."""

from datetime import date
from decimal import Decimal, InvalidOperation

from fedicoop.errors import Misused
from fedicoop.exchanges.exchange import Plan
from fedicoop.i18n import t
from fedicoop.listings.values import line
from fedicoop.web.forms import Form

LONGEST = {"text": 2000, "contact": 120, "phone": 120, "place": 200}


def plan(form: Form) -> Plan:
    """The plan that a form proposes; faults are noted on the form."""
    days: dict[str, date | None] = {"starts_on": None, "ends_on": None}
    for name in days:
        with form.checking(name):
            days[name] = day(name, form[name])
    much: Decimal | None = None
    with form.checking("quantity"):
        much = number("quantity", form["quantity"])
    where = ""
    with form.checking("place"):
        where = short(form, "place")
    return Plan(at=form["at"][:5] or None, quantity=much, place=where, **days)


def day(name: str, typed: str) -> date | None:
    """As browsers send a date: 2030-05-04.  Raises Misused `exchange.unread`."""
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Misused("exchange.unread", typed[:40], field=name) from None


def number(name: str, typed: str) -> Decimal | None:
    """A decimal number, with a comma or a point."""
    if not typed:
        return None
    try:
        found = Decimal(typed.replace(",", ".")[:20])
    except InvalidOperation:
        raise Misused("exchange.unread", typed[:40], field=name) from None
    if not found.is_finite():
        raise Misused("exchange.unread", typed[:40], field=name)
    return found


def short(form: Form, name: str) -> str:
    """One line of a member's own words."""
    return line(_bounded(form[name], name))


def words(form: Form, name: str = "text") -> str:
    """Some lines of a member's own words, "" for none."""
    typed = _bounded(form[name], name)
    return "".join(letter for letter in typed if letter == "\n" or letter.isprintable()).strip()


def _bounded(typed: str, name: str) -> str:
    longest = LONGEST.get(name, LONGEST["text"])
    if len(typed) > longest:
        raise Misused("exchange.long", field=name, longest=str(longest))
    return typed


def opening(form: Form, known: tuple[str, ...]) -> str:
    """What a request begins with: the ready phrases that were chosen, then one's own words."""
    chosen = [t(f"exchange.opening.{key}", form.language) for key in known if key in form.all("phrases")]
    return "\n".join(part for part in (" ".join(chosen), words(form)) if part)
