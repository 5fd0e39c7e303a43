"""`make mutants` takes out each guard; here it is seen that each is where its table says, with a test."""

import pytest

from tests.test_cases import functions
from tools.mutants import ROOT, guards


def test_there_are_guards_of_every_sort_and_each_has_a_name_of_its_own():
    names = [guard.name for guard in guards()]

    assert len(names) == len(set(names)) >= 70


@pytest.mark.parametrize("guard", guards(), ids=lambda guard: guard.name)
def test_a_guard_stands_where_the_table_says_and_its_test_is_there(guard):
    text = (ROOT / guard.file).read_text()
    path, _, name = guard.test.partition("::")

    assert guard.taken_out(text) != text
    if guard.file.endswith(".py"):
        compile(guard.taken_out(text), guard.file, "exec")
    assert name.partition("[")[0] in functions(path.removeprefix("tests/"))
