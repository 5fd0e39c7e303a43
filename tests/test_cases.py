"""The table of cases is held against the tests that it names."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
LAST = 140


def table() -> dict[int, str]:
    rows = re.findall(r"^\| (\d+) \| .+ \| (.+) \|$", (TESTS / "cases.md").read_text(), re.MULTILINE)
    return {int(number): cell for number, cell in rows}


def functions(path: str) -> set[str]:
    tree = ast.parse((TESTS / path).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_each_case_has_a_test_that_is_there_or_a_reason_why_not():
    cells = table()

    assert list(cells) == list(range(1, LAST + 1))
    for number, cell in cells.items():
        named = re.findall(r"`([^`]+)::([^`]+)`", cell)
        assert named or cell.startswith("none: "), f"case {number}"
        for path, name in named:
            assert name in functions(path), f"case {number}: {path}::{name}"
