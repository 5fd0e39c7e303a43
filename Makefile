# What a developer does here.  PYTHON=python3.12 make test takes another Python; ARGS go to pytest.
PYTHON ?= python3
BIN := .venv/bin
REMEDY := Debian: sudo apt install python3 python3-venv; macOS: brew install python; or: PYTHON=python3.12 make

.PHONY: run test test-postgres faults fuzz mutants browser check judges translations clean

run: .venv/.run-ready
	$(BIN)/fedicoop demo

test: .venv/.tools-ready
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --ignore=tests/browser $(ARGS)

test-postgres: .venv/.tools-ready
	FEDICOOP_TEST_DATABASE=postgresql \
	  $(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --ignore=tests/browser --ignore=tests/faults $(ARGS)

browser: .venv/.tools-ready
	$(BIN)/pytest -n 2 --dist loadfile tests/browser $(ARGS)

faults: .venv/.tools-ready
	FAULTS=all $(BIN)/pytest -n 2 tests/faults $(ARGS)

fuzz: .venv/.tools-ready
	$(BIN)/python -m tests.fuzz $(ARGS)

mutants: .venv/.tools-ready
	$(BIN)/python tools/mutants.py $(ARGS)

check: .venv/.tools-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/translations.py check

judges:
	PYTHON="$(PYTHON)" tests/oracles/install.sh

translations: .venv/.tools-ready
	$(BIN)/python tools/translations.py sort
	$(BIN)/python tools/translations.py compile
	$(BIN)/python tools/translations.py check

clean:
	rm -rf .venv .venv-judges tests/oracles/fedify/node_modules dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find fedicoop tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.run-ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "fedicoop needs Python 3.11 or newer, and $(PYTHON) is not. $(REMEDY)" >&2; exit 1; }
	@echo "Installing fedicoop in .venv (about a minute, once)"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

.venv/.tools-ready: .venv/.run-ready
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@
