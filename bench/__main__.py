"""`make bench`: every row at every size, and what came out in bench/RESULTS.md.

    python -m bench [SIZES] [--rounds N] [--rows TEXT] [--to FILE]

SIZES are numbers of cards such as `1k,10k,100k`, which they are if left out; `--rows` takes only the rows with this
text in their names. Collections are made once and kept in the cache folder ($SRS_BENCH_DIR names another place).
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

from bench.report import Result, written
from bench.row import Measured, Row
from bench.rows import anki, commands, journal, package, rebuild, sitting, startup, text
from bench.timing import median
from bench.world import World

ROWS: tuple[Row, ...] = (
    *rebuild.ROWS, *startup.ROWS, *commands.ROWS, *sitting.ROWS, *journal.ROWS, *text.ROWS, *package.ROWS, *anki.ROWS,
)  # fmt: skip


def main() -> None:
    arguments = _arguments()
    results: list[Result] = []
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory(prefix="srs-bench-", dir=arguments.scratch) as folder:
            world = World(size, Path(folder))
            world.warm()
            for row in ROWS:
                if arguments.rows in row.name:
                    print(f"{size:>7,} cards: {row.name}", file=sys.stderr, flush=True)
                    measured = _apart(row, world, arguments.rounds)
                    medians = {name: median(taken) for name, taken in measured.items()}
                    results.append(Result(row, size, medians))
                    print(f"        {results[-1].line()}", file=sys.stderr, flush=True)
                    arguments.to.write_text(written(results, arguments.rounds), "utf-8")
    sys.exit(any(result.over() for result in results))


def _apart(row: Row, world: World, rounds: int) -> Measured:
    """The row measured in a process of its own, since every child of a large process starts slowly."""
    os.sync()  # what the row before left to the disk is not this one's
    fork = multiprocessing.get_context("fork")
    here, there = fork.Pipe(duplex=False)
    process = fork.Process(target=lambda: there.send(row.measure(world, min(rounds, row.most_rounds))))
    process.start()
    there.close()
    try:
        return here.recv()  # type: ignore[no-any-return]
    except EOFError:
        sys.exit(f"{row.name}: failed")
    finally:
        process.join()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("sizes", nargs="?", default="1k,10k,100k", type=_sizes)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--rows", default="")
    parser.add_argument("--scratch", default=os.environ.get("SRS_BENCH_SCRATCH"))
    parser.add_argument("--to", type=Path, default=Path(__file__).with_name("RESULTS.md"))
    found = parser.parse_args()
    if isinstance(found.sizes, str):
        found.sizes = _sizes(found.sizes)
    return found


def _sizes(text: str) -> list[int]:
    return [int(word.removesuffix("k")) * (1000 if word.endswith("k") else 1) for word in text.split(",")]


if __name__ == "__main__":
    main()
