"""Somebody at a terminal, and the coop that they set up: `terminal, run = fixtures()` in a file of tests."""

import os
from types import SimpleNamespace
from typing import Any

import pytest

from fedicoop.cli import main

OFFER = {"kind": "offer", "mode": "loan", "title": "Perceuse à percussion", "place": {"name": "Lille"}}
HOUSE = (
    "--origin",
    "https://velo.example",
    "--name",
    "Vélo Fives",
    "--handle",
    "velo",
    "--kind",
    "bike-repair",
)


def fixtures() -> tuple[Any, Any]:
    @pytest.fixture(autouse=True)
    def terminal(monkeypatch):
        """An English terminal with nothing set; a test says what is otherwise."""
        for name in [name for name in os.environ if name.startswith(("FEDICOOP_", "LC_", "LANG"))]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("LANG", "en_GB.UTF-8")

    @pytest.fixture
    def run(capsys):
        """Do one command; its exit code, what it said, and what it remarked."""

        def type_in(*words):
            capsys.readouterr()
            code = main([str(word) for word in words])
            said, remarked = capsys.readouterr()
            return SimpleNamespace(code=code, out=said, err=remarked)

        return type_in

    return terminal, run
