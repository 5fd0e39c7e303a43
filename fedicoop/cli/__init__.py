"""The operator's door: `fedicoop COMMAND`, one file per family of verbs.

A family is imported when one of its verbs is called: `fedicoop --help` answers at once.
"""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says, and return the exit code (0 done, 1 failed, 2 usage, 3 doctor
    found an error, 4 not found, 5 a peer refused or is silent, 75 try later, 130 interrupted)."""
    from fedicoop.cli.run import run

    return run(sys.argv[1:] if argv is None else list(argv))
