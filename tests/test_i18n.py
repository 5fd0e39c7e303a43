import gettext
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from fedicoop.errors import Conflict, Misconfigured
from fedicoop.i18n import (
    LANGUAGES,
    LOCALE,
    _catalogue,
    ago,
    best,
    codes,
    day,
    distance,
    explain,
    moment,
    money,
    n,
    number,
    t,
)

ROOT = Path(__file__).parents[1]
BABEL = {"fr": Locale("fr"), "en": Locale("en", "GB")}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
languages = pytest.mark.parametrize("language", LANGUAGES)


def tool(root, verb):
    """What `python tools/translations.py VERB` of that tree prints, line by line."""
    command = [sys.executable, str(root / "tools" / "translations.py"), verb]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == ""
    assert bool(done.stderr) == bool(done.returncode)
    return done.stderr.splitlines()


@pytest.fixture
def tree(tmp_path):
    """A project with hardly a text in it, and a way to write its files."""
    shutil.copytree(
        ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("[!at]*", "__pycache__")
    )

    def write(fr="", en="", codes="", code="", page=""):
        head = (LOCALE / "fr" / "page.po").read_text(encoding="utf-8").partition("\n\n")[0] + "\n\n"
        for name, text in {
            "fedicoop/locale/fr/a.po": head + fr,
            "fedicoop/locale/en/a.po": head.replace("fr", "en") + en,
            "fedicoop/locale/codes.txt": codes,
            "fedicoop/room.py": code,
            "templates/page.html": page,
        }.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def entries(**texts):
    """Entries of a catalogue; `__` stands for the dot in a key."""
    return "".join(f'msgid "{key.replace("__", ".")}"\nmsgstr "{text}"\n\n' for key, text in texts.items())


def test_every_text_of_this_house_is_there_in_both_languages_and_compiled():
    assert tool(ROOT, "check") == []


def test_what_is_missing_doubled_empty_or_different_is_found(tree):
    root = tree(
        fr=entries(
            a__one="Un", a__two="Deux {x}", a__empty="", a__twice="x", a__open="{", a__odd="{0} {b.c} {d}"
        )
        + entries(a__twice="y", problem__door__shut__what="Fermé"),
        en=entries(a__two="Two {y}", a__three="Three", a__empty="-", a__twice="x", a__open="-", a__odd="-")
        + entries(problem__door__shut__what="Shut"),
        codes="FC-2001 door.stuck\nFC-2001 door.open\nFC-2 door.open\n",
    )

    found = tool(root, "check")

    for fault in [
        "a.one: only in fr/",
        "a.three: only in en/",
        "a.two: placeholders differ: {'x'} {'y'}",
        "a.empty: empty in fr/",
        "a.twice: 2 times in fr/",
        "a.odd: placeholder '0' in fr/",
        "a.odd: placeholder 'b.c' in fr/",
        "door.shut: no code in codes.txt",
        "problem.door.shut.why: missing",
        "problem.door.shut.do: missing",
        "problem.door.stuck.what: missing",
        "FC-2001: 2 times in codes.txt",
        "door.open: 2 times in codes.txt",
        "FC-2: not FC- and four digits",
    ]:
        assert fault in found
    assert any(line.startswith("a.open: placeholder") for line in found)
    assert any(line.startswith("fr.mo is older than the texts of fr/") for line in found)


def test_what_the_program_asks_for_and_nobody_wrote_is_found(tree):
    door = entries(
        problem__door__shut__what="{who}", problem__door__shut__why="-", problem__door__shut__do="-"
    )
    known = entries(a__one="Un {x}", kind__offer="Offre", a__many="{count} {y}") + door
    root = tree(
        fr=known,
        en=known,
        codes="FC-2001 door.shut\n",
        code="""
class Shut(Conflict): ...
class Conflict(Problem): ...
raise Shut("door.shut", "detail", who="us")
raise Shut("door.shut", "detail")
raise Conflict("door.locked" if locked else "door.barred")
raise errors.Problem("door.gone")
t("a.one", language, x=1); t("a.one", language, **values); t(key, language)
t("a.one", language); n("a.many", 3, language); t("a.nowhere", language)
t(f"kind.{kind}", language); t(f"colour.{colour}", language)
""",
        page="""{{ "a.one" | t(x=1) }} {{ "page.title" | t }} {{ 3 | n("page.count") }}
{{ t('page.call') }} {{ ("kind." ~ kind) | t }} {{ ("shape." ~ shape) | t }}""",
    )
    tool(root, "compile")

    assert tool(root, "check") == [
        "a.many: nothing fills y, asked for at fedicoop/room.py:9",
        "a.nowhere: missing, asked for at fedicoop/room.py:9",
        "a.one: nothing fills x, asked for at fedicoop/room.py:9",
        "colour.[a-z0-9_.-]+: missing, asked for at fedicoop/room.py:10",
        "door.shut: nothing fills who, asked for at fedicoop/room.py:5",
        "page.call: missing, asked for at templates/page.html:2",
        "page.count: missing, asked for at templates/page.html:1",
        "page.title: missing, asked for at templates/page.html:1",
        "problem.door.barred: missing, asked for at fedicoop/room.py:6",
        "problem.door.gone: missing, asked for at fedicoop/room.py:7",
        "problem.door.locked: missing, asked for at fedicoop/room.py:6",
        "shape.[a-z0-9_.-]+: missing, asked for at templates/page.html:2",
    ]


def test_sorting_keeps_every_word_and_sets_french_as_a_printer_would(tree):
    many = 'msgid "a.many"\nmsgid_plural "a.many"\nmsgstr[0] "{count} km !"\nmsgstr[1] "{count}  kms"\n\n'
    fr = entries(
        b__text="L'an « 2026 » : rien ; voilà ! Quoi ? https://a?b:c 12:30 {x} € `a : b 'c' ?`",
        a__lines='un\\ndeux \\"trois\\"...',
    )
    root = tree(
        fr=fr + many, en=entries(b__text="it's {x} : so !", a__lines="-") + many, codes="FC-2 b\nFC-1 a\n"
    )

    assert tool(root, "sort") == []

    written = {
        path.stem: path.read_text(encoding="utf-8").partition("\n\n")[2]
        for path in (root / "fedicoop/locale/fr").iterdir()
    }
    assert written.keys() == {"a", "b"}
    assert written["a"] + "\n" + written["b"] + "\n" == (
        'msgid "a.lines"\nmsgstr ""\n"un\\n"\n"deux \\"trois\\"…"\n\n'
        'msgid "a.many"\nmsgid_plural "a.many"\n'
        'msgstr[0] "{count}\u00a0km\u202f!"\nmsgstr[1] "{count}  kms"\n\n'
        'msgid "b.text"\nmsgstr "L’an «\u00a02026\u00a0»\u00a0: rien\u202f; voilà\u202f! Quoi\u202f? '
        "https://a?b:c 12:30 {x}\u00a0€ `a : b 'c' ?`\"\n\n"
    )
    assert 'msgstr "it’s {x} : so !"' in (root / "fedicoop/locale/en/b.po").read_text(encoding="utf-8")
    assert (root / "fedicoop/locale/codes.txt").read_text() == "FC-1 a\nFC-2 b\n"
    tool(root, "compile")
    with (root / "fedicoop/locale/fr.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("a.lines") == 'un\ndeux "trois"…'


def test_sorting_does_nothing_while_a_key_stands_twice(tree):
    root = tree(fr=entries(b__x="1") + entries(b__x="2") + entries(a__x="3"))

    assert tool(root, "sort") == ["b.x: 2 times in fr/"]

    assert (root / "fedicoop/locale/fr/a.po").read_text().endswith(entries(a__x="3"))


def test_a_problem_is_explained_in_three_sentences_with_a_code():
    problem = Misconfigured("settings.plain_http", "log", origin="http://a", peer="a:80", place="--origin")

    fr, en = explain(problem, "fr"), explain(problem, "en")

    assert fr.code == en.code == codes()["settings.plain_http"]
    assert fr.what == "L’adresse publique http://a est en http, sans chiffrement."
    assert en.remedy.endswith("add a:80 to FEDICOOP_ALLOWED_PEERS.")


def test_a_problem_that_nobody_explained_still_says_its_name(capsys):
    unknown = explain(Conflict("room.never_heard"), "fr")

    assert (unknown.code, unknown.what) == ("FC-0000", "problem.room.never_heard.what")


def test_a_missing_text_is_its_key_and_is_logged_once(capsys):
    _catalogue.cache_clear()

    shown = [t("room.absent", "fr"), t("room.absent", "fr"), n("room.absent", 2, "fr")]

    assert shown == ["room.absent"] * 3
    assert capsys.readouterr().err.count("room.absent") <= 1


def test_a_value_that_nobody_gave_leaves_its_name_standing():
    assert t("format.moment", "fr", day="lundi") == "lundi à {time}"


def test_values_are_never_read_as_placeholders():
    assert t("format.moment", "en", day="{time}", time="{0.__class__}") == "{time} at {0.__class__}"


def test_a_language_that_is_none_of_ours_is_answered_in_the_first():
    assert t("format.just_now", "br") == t("format.just_now", "fr")
    assert money(20, "EUR", "br") == money(20, "EUR", "fr")


@pytest.mark.parametrize(
    ("count", "fr", "en"),
    [
        (0, "il y a 0 jour", "0 days ago"),
        (1, "il y a 1 jour", "1 day ago"),
        (2, "il y a 2 jours", "2 days ago"),
        (1.5, "il y a 1,5 jour", "1.5 days ago"),
        (Decimal("0.5"), "il y a 0,5 jour", "0.5 days ago"),
        (Decimal("1.0"), "il y a 1 jour", "1 day ago"),
        (1234, "il y a 1\u202f234 jours", "1,234 days ago"),
    ],
)
def test_each_language_has_its_own_plural(count, fr, en):
    assert n("format.ago.day", count, "fr") == fr
    assert n("format.ago.day", count, "en") == en


@given(st.integers(0, 10_000) | st.decimals(0, 10_000, places=1))
def test_plurals_are_those_of_babel(count):
    for language, (one, other) in {"fr": ("jour", "jours"), "en": ("day", "days")}.items():
        word = next(w for w in n("format.ago.day", count, language).split() if w.startswith(one))
        # Where a decimal ends in .0 Babel looks at its written form, we at its value.
        plain = int(count) if count == int(count) else count
        assert word == (one if BABEL[language].plural_form(plain) == "one" else other)


@languages
@given(value=st.integers(-(10**12), 10**12) | st.decimals(-(10**9), 10**9, places=3))
def test_numbers_are_written_as_babel_writes_them(value, language):
    assert number(value, language) == format_decimal(value, locale=BABEL[language])


@languages
@given(amount=st.decimals(-(10**9), 10**9, places=2), currency=st.sampled_from(["EUR", "GBP", "USD", "CHF"]))
def test_money_is_written_as_babel_writes_it_without_empty_cents(amount, currency, language):
    written = format_currency(amount, currency, locale=BABEL[language])

    shown = money(amount, currency, language)

    if language == "en":  # CLDR's space between a code and a number, which Babel leaves out
        written = written.replace("CHF", "CHF\u00a0")
    assert shown == written.replace(",00" if language == "fr" else ".00", "")


def test_points_are_money_too():
    assert money(3, "grains de sel", "fr") == "3\u00a0grains de sel"
    assert money(20, "EUR", "fr") == "20\u00a0€"
    assert money(20, "EUR", "en") == "€20"


@languages
@given(on=st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_days_are_written_as_babel_writes_them(on, language):
    written = format_date(on, "long", locale=BABEL[language])

    assert day(on, language).replace("1er ", "1 ") == written


def test_the_first_of_a_month_is_le_premier():
    assert day(date(2026, 5, 1), "fr") == "1er mai 2026"
    assert day(date(2026, 5, 11), "fr") == "11 mai 2026"


@languages
@given(at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_moments_are_written_as_babel_writes_them(at, language):
    paris = ZoneInfo("Europe/Paris")
    written = format_datetime(at, "d MMMM y 'à' HH:mm", tzinfo=paris, locale=BABEL[language])

    shown = moment(at, language, paris)

    assert shown.replace("1er ", "1 ").replace(" at ", " à ") == written


def test_a_moment_says_so_where_it_is_not_in_local_time():
    assert moment(NOON, "fr", ZoneInfo("Europe/Paris")) == "23 novembre 2026 à 13:00"
    assert moment(NOON, "fr", UTC) == "23 novembre 2026 à 12:00 UTC"
    assert (
        day(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "en", ZoneInfo("Europe/Paris")) == "24 November 2026"
    )


@languages
@given(apart=st.timedeltas(timedelta(minutes=1), timedelta(days=4000)), future=st.booleans())
def test_how_long_ago_is_written_as_babel_writes_it(apart, future, language):
    units = {"year": 365, "month": 30, "day": 1, "hour": 1 / 24, "minute": 1 / 1440}
    days = apart / timedelta(days=1)
    unit, length = next((unit, length) for unit, length in units.items() if days >= length)
    then = NOON + apart if future else NOON - apart

    shown = ago(then, NOON, language)

    count = apart // timedelta(days=length)
    forms = BABEL[language]._data["date_fields"][unit]["future" if future else "past"]
    assert shown == forms[BABEL[language].plural_form(count)].replace("{0}", str(count))


def test_what_has_just_been_is_just_now():
    assert ago(NOON - timedelta(seconds=59), NOON, "fr") == "à l’instant"
    assert ago(NOON + timedelta(seconds=59), NOON, "en") == "just now"


def test_a_distance_is_never_finer_than_places_are():
    assert distance(3.4, "fr").replace("\u00a0", " ") == "à 3 km"
    assert distance(0.2, "fr").replace("\u00a0", " ") == "à moins de 1 km"
    assert distance(1234, "en").replace("\u00a0", " ") == "1,234 km away"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "fr"),
        ("", "fr"),
        ("en", "en"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("de, en;q=0.5, fr;q=0.7", "fr"),
        ("fr;q=0.5, EN-us;q=0.8", "en"),
        ("en;q=0.5, en-GB", "en"),
        ("de-DE, it;q=0.9", "fr"),
        ("*", "fr"),
        ("*;q=0.5, en;q=0.4", "fr"),
        ("*;q=0.5, fr;q=0.1", "en"),
        ("fr;q=0", "en"),
        ("fr;q=0, *;q=0.3", "en"),
        ("en;q=0, fr;q=0", "en"),
        ("en ; q = 0.2 , fr;q=0.1", "en"),
        ("en;q=2, fr;q=1.000", "fr"),
        ("en;q=nan, fr;q=inf", "fr"),
        ("english-for-everybody-who-wants-it", "fr"),
        ("en-" + "a" * 2000, "fr"),
        (",".join(["de"] * 30 + ["en"]), "fr"),
        (" " * 100_000 + "en", "fr"),
        ("en;q=0.8;level=1", "fr"),
        ("\x00\r\n, en", "en"),
    ],
)
def test_the_reader_is_answered_in_the_language_they_like_best(header, language):
    assert best(header, "fr") == language


@given(st.text())
def test_whatever_a_browser_says_there_is_an_answer(header):
    assert best(header, "en") in LANGUAGES
