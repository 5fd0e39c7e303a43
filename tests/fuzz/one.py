"""One target, fed until the time is over: `python -m tests.fuzz.one TARGET [-max_total_time=10 …]`."""

import sys

import atheris

with atheris.instrument_imports(include=["fedicoop"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()
