"""Measure, print a small table and the method; with `--json` a last line to compare."""

import argparse
import asyncio
import sys

from bench import deliver, growth, idle, ingest, publish, read, search, start

BENCHES = {
    "ingest": ingest,
    "deliver": deliver,
    "publish": publish,
    "search": search,
    "read": read,
    "idle": idle,
    "start": start,
    "growth": growth,
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    benches = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, bench in BENCHES.items():
        one = benches.add_parser(
            name, description=bench.__doc__, help=(bench.__doc__ or "").partition("\n")[0]
        )
        one.add_argument("--json", action="store_true", help="end with one line of JSON")
        bench.add_arguments(one)
    given = parser.parse_args(arguments)
    return asyncio.run(BENCHES[given.name].run(given))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
