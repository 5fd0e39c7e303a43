"""The house has floors, and imports run downstairs only."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "fedicoop"

FLOORS = [  # from the roof down; whoever moves a wall moves it here, in the same commit, and says why
    {"__main__"},
    {"cli"},
    {"demo"},
    {"app"},
    {"relations"},
    {"inbox", "desk", "help"},
    {"clients"},
    {"exchanges", "watches"},
    {"publishing", "showing"},
    {"finding", "enquiries"},
    {"reactions", "boards"},
    {"listings"},
    {"follows", "members"},
    {"notices"},
    {"outbox", "mail"},
    {"actors", "assemble"},
    {"web", "jobs", "places", "media", "words"},
    {"node"},
    {"outward", "peers", "meta"},
    {"db", "signatures", "vocabulary", "access", "i18n", "addresses"},
    {"settings", "log", "pace", "metrics"},
    {"errors"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def room(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "fedicoop":
            parts = node.module.split(".")
            names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("fedicoop.")}
    return names - {"__version__"}


def modules() -> list[Path]:
    return [path for path in HOUSE.rglob("*.py") if path != HOUSE / "__init__.py"]


def test_every_import_goes_down():
    wrong = [
        f"{path.relative_to(HOUSE)} imports {other}"
        for path in modules()
        for other in imports(path) - {room(path)}
        if FLOOR[other] <= FLOOR[room(path)]
    ]
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle():
    """Files within a room stand on floors of their own; nothing hides a circle in a function."""
    graph = {name(path): inner_imports(path) for path in modules()}
    done: set[str] = set()

    def walk(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, f"a circle: {' → '.join((*way, module))}"
        if module in done:
            return
        for other in graph.get(module, set()):
            walk(other, (*way, module))
        done.add(module)

    for module in graph:
        walk(module, ())


def name(path: Path) -> str:
    parts = ("fedicoop", *path.relative_to(HOUSE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def inner_imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("fedicoop"):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                as_path = HOUSE.parent / Path(*whole.split("."))
                is_module = as_path.with_suffix(".py").exists() or (as_path / "__init__.py").exists()
                found.add(whole if is_module else node.module)
    return found - {name(path), "fedicoop"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_files_and_functions_stay_small(path):
    text = path.read_text()

    assert text.count("\n") <= 250, "a file of more than 250 lines wants to be two"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 40, f"{node.name} is longer than 40 lines"


def test_only_the_entrance_reads_the_environment():
    """Settings are values that are handed down; nothing below the door looks over its shoulder."""
    allowed = {"assemble.py", "cli", "demo", "settings"}
    readers = {
        str(path.relative_to(HOUSE))
        for path in modules()
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    }

    assert {reader for reader in readers if reader.split("/")[0] not in allowed} == set()


def test_one_room_one_table():
    """A table is named in one file of one room, besides the migrations and the actors beneath all."""
    owners = {
        "listings": "listings/store",
        "boosts": "listings",
        "search_listings": "listings/index_",
        "search_tokens": "listings/index_sqlite.py",
        "search_vocabulary": "listings/index_postgres.py",
        "synonyms": "finding/synonyms.py",
        "drafts": "listings/drafts.py",
        "follows": "follows/store",
        "sent": "outbox",
        "refusals": "outbox/refusals.py",
        "answers": "outbox/answers.py",
        "turned_away": "peers/turned_away.py",
        "readings": "peers/readings.py",
        "received": "inbox/store.py",
        "members": "members/store.py",
        "links": "members/links.py",
        "sessions": "members/sessions.py",
        "application_codes": "members/applications.py",
        "application_tokens": "members/applications.py",
        "applications": "clients/store.py",
        "bookmarks": "clients/marks.py",
        "client_markers": "clients/marks.py",
        "client_dismissals": "clients/marks.py",
        "limits": "web/limits.py",
        "kept_forms": "web/kept.py",
        "candidates": "members/candidates.py",
        "consents": "members/consents.py",
        "resting": "members/holidays.py",
        "passkeys": "members/passkeys.py",
        "challenges": "members/passkeys.py",
        "notices": "notices/store.py",
        "notice_choices": "notices/readers.py",
        "notice_readers": "notices/readers.py",
        "mails": "mail/store.py",
        "bounces": "mail/store.py",
        "watches": "watches/store.py",
        "watch_hooks": "watches/store.py",
        "watch_tellings": "watches/tellings.py",
        "followable": "members/followable.py",
        "packs": "watches/packs.py",
        "pack_entries": "watches/packs.py",
        "coops": "actors/coops.py",
        "keys": "actors",
        "pictures": "media",
        "taken": "listings/taken.py",
        "taken_turns": "listings/taken.py",
        "exchanges": "exchanges/store.py",
        "exchange_words": "exchanges/words.py",
        "exchange_photos": "exchanges/photos.py",
        "peers": "peers",
        "blocks": "follows/blocks.py",
        "conversations": "enquiries/conversations.py",
        "messages": "enquiries/messages.py",
        "message_graves": "enquiries/messages.py",
        "acquaintances": "enquiries/strangers.py",
        "enquiry_choices": "enquiries/strangers.py",
        "boards": "actors/boards.py",
        "board_entries": "boards/store.py",
        "relays": "boards/relays.py",
        "pins": "listings/pins.py",
        "jobs": "jobs",
        "house_log": "peers/decisions.py",
        "severed": "follows/severing.py",
        "reactions": "reactions/store.py",
        "reports": "desk/reports.py",
        "troubles": "desk/troubles.py",
    }
    words = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for verb in ("INSERT INTO ", "UPDATE ", "DELETE FROM "):
                    for piece in node.value.split(verb)[1:]:
                        words.setdefault(piece.split()[0].strip("("), set()).add(str(path.relative_to(HOUSE)))
    for table, owner in owners.items():
        assert all(writer.startswith(owner) for writer in words.get(table, set())), (table, words[table])
