"""The benches run, and say what they measured in a form that two runs can be compared by."""

import json
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.measuring import Times, quantile, verdict


@pytest.mark.parametrize("pages", [[], ["--pages"]])
def test_the_search_is_measured_beside_a_floor_of_the_same_run(tmp_path, capsys, pages):
    words = ["search", *pages, "--listings", "200", "--questions", "5", "--folder", str(tmp_path), "--json"]

    assert main(words) == 0

    told = capsys.readouterr().out.splitlines()
    last = json.loads(told[-1])
    assert last.keys() == {"name", "floor", "value", "ratio", "unit"}
    assert min(last["value"], last["floor"]) > 0
    assert last["ratio"] == pytest.approx(last["value"] / last["floor"], rel=0.02)
    assert (tmp_path / "listings-200.db").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["publish", "--inboxes", "20", "--turns", "1"],
        ["ingest", "--letters", "10", "--turns", "1"],
        ["read", "--requests", "10", "--turns", "1"],
        ["deliver", "--hosts", "5", "--turns", "1"],
    ],
    ids=lambda words: words[0],
)
def test_what_is_done_is_measured_in_turns_with_its_floor(capsys, words):
    if not Path("/proc/self/schedstat").exists():
        pytest.skip("the time of other processes is read from Linux's /proc")

    assert main([*words, "--json"]) == 0

    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["name"].startswith(words[0])
    assert min(last["value"], last["floor"], last["ratio"]) > 0


def test_a_share_of_the_times_is_done_within_a_quantile():
    assert quantile([5, 1, 4, 2, 3], 0.5) == 3
    assert quantile([1], 0.99) == 1
    assert Times("x", [1, 2, 3, 4], [1]).at(0.95) == 4
    assert json.loads(verdict("x", 2, 5))["ratio"] == 2.5
