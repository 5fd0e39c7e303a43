"""What the documents promise is what the code does.

Each table that is compared stands between `<!-- table: NAME -->` and `<!-- end of table -->`.
"""

import ast
import re
import shlex
from pathlib import Path

import click
import pytest

from fedicoop import outward
from fedicoop.actors import directory, fetching
from fedicoop.app.upkeep import REMEMBERED
from fedicoop.cli import connection, hall
from fedicoop.cli.root import root
from fedicoop.exchanges import asking_pages, beside_pages, due, steps
from fedicoop.exchanges import pages as exchange_pages
from fedicoop.i18n import codes, t
from fedicoop.inbox import door
from fedicoop.inbox.dispatch import TABLE
from fedicoop.listings import fields, tasks
from fedicoop.listings.categories import CATEGORIES
from fedicoop.listings.federation import ACTION
from fedicoop.media.pictures import MOST_BYTES
from fedicoop.settings import EXAMPLES, PREFIX, Settings
from fedicoop.signatures.window import WINDOW
from fedicoop.vocabulary import cursor, parsing, reading, types
from fedicoop.web import forms
from tests.test_floors import FLOORS
from tools import federation_examples

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table(document: str, name: str) -> list[list[str]]:
    """The rows of a marked table, without its head, as lists of cells."""
    [part] = re.findall(rf"<!-- table: {name} -->\n(.*?)<!-- end of table -->", text(document), re.DOTALL)
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


# --- FEDERATION.md --------------------------------------------------------------------------------


def test_every_pair_that_we_understand_is_listed_with_who_may_say_it():
    told = {(*names(row[0]), *names(row[1]), row[2]) for row in table("FEDERATION.md", "received")}

    done = {(one.__name__, other.__name__, entry.allowed.__name__) for (one, other), entry in TABLE.items()}

    assert told == done


def test_every_activity_that_we_say_is_listed():
    told = {name for row in table("FEDERATION.md", "sent") for name in names(row[0])}

    heard_only = {"Unspoken", "Block", "QuoteRequest"}
    activities = {kind.__name__ for kind in types.Activity.__subclasses__()} - heard_only
    said = {name for path in (ROOT / "fedicoop").rglob("*.py") for name in imported_to_say(path)}

    assert told == said & activities


def test_every_row_of_the_checklist_says_yes_with_its_test_or_why_not():
    rows = table("FEDERATION.md", "checklist")
    for number, _, here, tests in rows:
        for place, test in (name.split("::") for name in names(tests)):
            held = (ROOT / "tests" / place).read_text(encoding="utf-8")
            assert re.search(rf"^(async )?def {test}\(", held, re.MULTILINE), f"{number}: {place}::{test}"
        assert names(tests) if here == "yes" else len(here) > 20, f"{number}: yes needs a test, no a reason"
    numbers = [int(row[0]) for row in rows]
    assert numbers == list(range(1, 55))


def imported_to_say(path: Path) -> set[str]:
    """What a module takes from the vocabulary, if it also takes `say`."""
    taken = {
        (node.module, alias.name)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    if ("fedicoop.outbox.say", "say") not in taken:
        return set()
    return {
        name for module, name in taken if module in ("fedicoop.vocabulary.types", "fedicoop.vocabulary.verbs")
    }


@pytest.fixture(scope="module")
def examples() -> dict[str, str]:
    return federation_examples.examples()


def test_the_examples_are_what_the_code_says_today(examples):
    document = text("FEDERATION.md")

    assert federation_examples.rewritten(document, examples) == document, (
        "make them anew: python tools/federation_examples.py"
    )


def test_every_example_that_is_made_is_shown(examples):
    shown = {found["name"] for found in federation_examples.BLOCK.finditer(text("FEDERATION.md"))}

    assert shown == examples.keys() - {"followers", "featured"}


def test_every_property_of_a_listing_is_explained():
    told = {name for row in table("FEDERATION.md", "properties") for name in names(row[0])}

    written = federation_examples.notes()

    assert told == {name for note in written for name in note}


def test_every_mode_is_told_with_its_action():
    told = {row[0]: (names(row[1])[0], names(row[2])[0]) for row in table("FEDERATION.md", "modes")}

    assert told == {mode.value: (action, mode.value) for mode, action in ACTION.items()}


@pytest.mark.parametrize(
    "sentence",
    [
        f"at most {parsing.MAX_DEPTH} levels deep",
        f"{cursor.MAX_CONTENT:,} and {cursor.MAX_SUMMARY:,} characters",
        f"{cursor.MAX_RECIPIENTS} of `to` and `cc` together",
        f"{cursor.MAX_TAGS} and {cursor.MAX_ATTACHMENTS} read",
        f"{reading.MAX_ITEMS} read of one page",
        f"remembered for {REMEMBERED.days} days",
        f"±{WINDOW.total_seconds() / 60:.0f} minutes",
        f"at most {fetching.MOST_PAGES} pages and {tasks.MOST} items each",
        f"more than {directory.MOST_ASKED} unknown actors within a minute",
        f"`{types.NAMESPACE}`",
        f"at most {MOST_BYTES // 1_000_000} MB",
    ],
)
def test_the_limits_are_those_of_the_code(sentence):
    assert sentence in " ".join(text("FEDERATION.md").split())


# --- docs/listings.md -----------------------------------------------------------------------------


def test_every_field_of_a_listing_is_explained_and_no_other():
    told = [name for row in table("docs/listings.md", "fields") for name in names(row[0])]

    assert sorted(told) == sorted([*fields.READERS, "photos"])


def test_the_lengths_and_units_of_a_listing_are_those_of_the_code():
    explained = {names(row[0])[0]: row[1] for row in table("docs/listings.md", "fields")}

    for name in ("title", "text", "counterpart", "condition"):
        assert f"at most {fields.LONGEST[name]:,} characters" in explained[name]
    assert set(names(explained["unit"])) == set(fields.UNITS)


def test_every_category_is_listed_with_its_names_in_both_languages():
    told = [(*names(row[0]), *row[1:]) for row in table("docs/listings.md", "categories")]

    assert told == [(key, t(f"category.{key}", "en"), t(f"category.{key}", "fr")) for key in CATEGORIES]


def test_every_error_of_a_listing_is_listed_by_its_code():
    told = set(re.findall(r"FC-\d{4}", text("docs/listings.md")))

    assert told == {code for key, code in codes().items() if key.startswith("listing.")}


@pytest.mark.parametrize(
    "example", [body for kind, body in FENCED.findall(text("docs/listings.md")) if kind == "json"]
)
def test_the_examples_of_a_listing_are_taken(example):
    import json

    from fedicoop.cli.listing_files import check

    check(json.loads(example), fresh=True)


# --- docs/operate.md ------------------------------------------------------------------------------


def test_every_setting_is_listed_with_its_variable_and_its_default():
    told = {names(row[0])[0]: (names(row[1])[0], row[2]) for row in table("docs/operate.md", "settings")}

    house = Settings(data_dir=Path("/var/lib/fedicoop"), origin="")
    defaults = {name: getattr(house, name) for name in EXAMPLES}

    assert told.keys() == EXAMPLES.keys()
    for name, (variable, default) in told.items():
        assert variable == f"{PREFIX}{name.upper()}"
        if defaults[name] not in ("", frozenset()):
            assert default == f"`{defaults[name]}`"


# --- docs/commands.md, and every command in every document ----------------------------------------


def verbs(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of every command that does something."""
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    found = []
    for name in command.list_commands(context):
        try:
            inner = command.get_command(context, name)
        except ImportError:  # asked for while the tests are gathered: let its own test fail, not all
            inner = click.Command(name)
        assert inner is not None, name
        found += verbs(inner, (*path, name))
    return found


def sections() -> dict[str, str]:
    """The parts of docs/commands.md by the command in their headline."""
    parts = re.split(r"^### `fedicoop ([a-z -]+)`\n", text("docs/commands.md"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_command_has_a_section_and_no_other():
    assert sorted(sections()) == sorted(" ".join(path) for path in verbs(root))


@pytest.mark.parametrize("path", verbs(root), ids=" ".join)
def test_a_command_is_shown_with_two_examples_and_all_its_options(path):
    section = sections().get(" ".join(path), "")
    examples = [line for line in commands_in(section) if line[1 : 1 + len(path)] == list(path)]

    command, _ = meant(["fedicoop", *path])
    options = {name for param in command.params if isinstance(param, click.Option) for name in param.opts}

    assert len(examples) >= 2
    for option in options - {"--data-dir", "--json", "--help", "-h"}:
        assert f"`{option}" in section, f"{option} is not explained"


def meant(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that a line names, and the words that are left for it."""
    command: click.Command = root
    rest = words[1:]
    while isinstance(command, click.Group):
        while rest and rest[0].startswith("--data-dir"):
            rest = rest[2 if rest[0] == "--data-dir" else 1 :]
        assert rest, f"{' '.join(words)}: a family, not a command"
        inner = command.get_command(click.Context(command), rest[0])
        assert inner is not None, f"{' '.join(words)}: there is no command “{rest[0]}”"
        command, rest = inner, rest[1:]
    return command, rest


CALL = re.compile(
    r"\s*(?:[\d*]+(?:\s+[\d*]+){4}\s+)?(?:[A-Z]+=\$\()?(?:sudo\s+(?:-u\s+\w+\s+)?)?(fedicoop\s.*)"
)
"""One call of fedicoop in a shell line: perhaps by cron, for a variable, as another user."""


def commands_in(markdown: str) -> list[list[str]]:
    """Every call of fedicoop in the shell blocks of a text, as words."""
    lines = [line for kind, body in FENCED.findall(markdown) if kind == "sh" for line in body.splitlines()]
    pieces = [piece for line in lines for piece in re.split(r"&&|\|", line)]
    found = [call[1] for piece in pieces if (call := CALL.fullmatch(piece))]
    return [shlex.split(re.split(r"\s(?:2?>|<|&)", call)[0]) for call in found]


def calls() -> list[tuple[str, list[str]]]:
    return [
        (path.name, words) for path in DOCUMENTS for words in commands_in(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(
    ("document", "words"), calls(), ids=lambda given: given if isinstance(given, str) else " ".join(given)
)
def test_every_command_in_the_documents_is_one_that_exists(document, words):
    command, rest = meant(words)

    command.make_context(words[-1], rest)  # reads the words, does nothing; a wrong one raises


# --- all documents --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_leads_somewhere(path):
    written = FENCED.sub("", path.read_text(encoding="utf-8"))

    for target in re.findall(r"\]\(([^)\s]+)\)", written) + re.findall(r'(?:src|href)="([^"]+)"', written):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        place = (path.parent / file) if file else path
        assert place.exists(), f"{path.name}: {target}"
        if anchor:
            assert anchor in anchors(place), f"{path.name}: {target}"


def anchors(path: Path) -> set[str]:
    """The names that GitHub and others give to headlines."""
    lines = FENCED.sub("", path.read_text(encoding="utf-8")).splitlines()
    heads = [line.lstrip("#").strip().lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", head).replace(" ", "-") for head in heads}


def test_the_french_readme_has_the_same_parts_and_the_same_commands():
    french, english = text("README.fr.md"), text("README.md")

    assert [kind for kind, _ in FENCED.findall(french)] == [kind for kind, _ in FENCED.findall(english)]
    assert commands_in(french) == commands_in(english)
    assert french.count("\n## ") == english.count("\n## ")
    assert french.count("\n|") == english.count("\n|")


def test_pictures_of_the_documents_are_light():
    for picture in (ROOT / "docs" / "images").glob("*.png"):
        assert picture.stat().st_size <= 150_000, picture.name


def test_the_floors_are_told_as_they_are():
    told = [set(names(row[0])) for row in table("docs/architecture.md", "floors")]

    assert told == FLOORS


# --- docs/exchanges.md ----------------------------------------------------------------------------


def first_name(cell: str) -> str:
    return names(cell)[0]


def test_every_step_of_an_exchange_is_told_with_who_may_take_it():
    told = [(*map(first_name, row[:3]), row[3]) for row in table("docs/exchanges.md", "steps")]

    assert told == [(*pair, target, who) for pair, (target, who) in steps.STEPS.items()]


@pytest.mark.parametrize(
    "sentence",
    [
        f"after {('one', 'two', 'three')[due.ANSWER_WITHIN.days - 1]} days",
        f"erased {due.KEPT_FOR.days} days after the end",
        f"{asking_pages.ASKS.most} requests a day, {exchange_pages.MESSAGES.most} messages",
        f"{beside_pages.PHOTOS.most} photos an hour",
    ],
)
def test_the_limits_of_exchanges_are_those_of_the_code(sentence):
    assert sentence in " ".join(text("docs/exchanges.md").split())


# --- docs/operate.md: what bounds a crowd ---------------------------------------------------------


def test_the_bounds_that_are_told_are_those_of_the_code():
    told = " ".join(cell for row in table("docs/operate.md", "bounds") for cell in row)

    for bound in (
        f"{hall.MOST} (fewer",
        f"of one address {hall.MOST_SILENT_OF_ONE} that have owed us",
        f"{connection.MOST_HEADER_BYTES // 1024} KiB, {connection.MOST_HEADERS} headers",
        f"headers, {connection.HEAD:.0f} seconds",
        f"{connection.IDLE:.0f} seconds",
        f"{connection.BODY:.0f} seconds; a form {forms.DEADLINE:.0f} and {forms.DEADLINE_A_FILE:.0f} more",
        f"server {door.WITHIN:.0f} and {door.LARGEST // 2**20} MiB",
        f"{connection.STUCK:.0f} seconds",
        f"{connection.MOST_TASKS}; then 503",
        f"{fetching.MOST_FOR_A_LETTER} documents each; of one host {outward.MOST_FOR_LETTERS} a minute",
        f"and {outward.MOST_FOR_STRANGERS} for servers",
    ):
        assert bound in told, bound
