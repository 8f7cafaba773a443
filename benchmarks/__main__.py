"""`python -m benchmarks NAME [--db URL] [--open N] [--due D] [--seed S] [--json]`"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from benchmarks.measure import Asked, show

# A module of this package with `run(asked: Asked) -> Outcome`; its docstring is what --help says.
BENCHMARKS = ("act", "sweep", "idle", "http", "dates", "check")


def main(arguments: list[str] | None = None) -> int:
    """Runs one benchmark and prints its answer. 2 for what it cannot work with."""
    options = _parser().parse_args(arguments)
    asked = Asked(options.db, options.open, options.due, options.seed, options.repeat,
                  options.processes)  # fmt: skip
    module = import_module(f"benchmarks.{options.name}")
    try:
        outcome = module.run(asked)
    except (ValueError, OSError) as error:
        print(f"{options.name}: {error}", file=sys.stderr)
        return 2
    show(options.name, asked, outcome, as_json=options.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--db", metavar="URL",
        help="sqlite or postgresql for a database of its own (sqlite is the default), or the "
        "address of a server, on which databases are made and dropped",
    )  # fmt: skip
    parser.add_argument("--open", type=_amount, metavar="N", help="open cases")
    parser.add_argument("--due", type=_amount, metavar="D", help="cases due, or acts to do")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--repeat", type=_amount, default=3, metavar="R", help="repetitions")
    parser.add_argument("--processes", type=_amount, default=1, metavar="P", help="enforcers")
    parser.add_argument("--json", action="store_true", help="nothing but the JSON object")
    return parser


def _amount(text: str) -> int:
    number = int(text.replace("_", "").replace(",", ""))
    if number < 1:
        raise argparse.ArgumentTypeError("a number of at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
