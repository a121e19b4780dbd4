"""The table of a run: medians, ratios, growth over the sizes, the machine. Knows no measuring."""

import os
import platform
import re
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.row import Row
from bench.timing import SECONDS, Taken


@dataclass(frozen=True, slots=True)
class Result:
    """A row at a size: the medians by contender, `srs` first."""

    row: Row
    size: int
    medians: Mapping[str, Taken]

    @property
    def ours(self) -> Taken:
        return self.medians["srs"]

    @property
    def yardstick(self) -> Taken | None:
        """The first other contender's."""
        return next((taken for name, taken in self.medians.items() if name != "srs"), None)

    def ratio(self) -> float | None:
        """Ours in terms of the yardstick's."""
        return self.ours.wall / self.yardstick.wall if self.yardstick else None

    def peak_ratio(self) -> float | None:
        """Ours in terms of the yardstick's."""
        ours, other = self.ours.peak, self.yardstick.peak if self.yardstick else None
        return ours / other if ours and other else None

    def over(self) -> bool:
        """Whether a budget that holds at this size is not met."""
        return self.size in self.row.bound and any(text.endswith("✗") for text in self.budgets())

    def budgets(self) -> list[str]:
        """Each budget in words, with its mark where it holds."""
        ratio, row = self.ratio(), self.row
        found = []
        if row.ratio is not None and ratio is not None:
            found.append((f"≤ {row.ratio:g} ×", ratio <= row.ratio))
        if row.seconds is not None:
            found.append((f"≤ {seconds(row.seconds)}", self.ours.wall <= row.seconds))
        if row.peak is not None and self.ours.peak is not None:
            found.append((f"≤ {row.peak:g} MB", self.ours.peak <= row.peak))
        share = self.peak_ratio()
        if row.peak_ratio is not None and share is not None:
            found.append((f"≤ {row.peak_ratio:g} × its MB, {share:.2f}", share <= row.peak_ratio))
        holds = self.size in row.bound
        return [f"{text} {'✓' if met else '✗'}" if holds else text for text, met in found]

    def line(self) -> str:
        others = ", ".join(f"{name} {_taken(taken)}" for name, taken in self.medians.items() if name != "srs")
        ratio = self.ratio()
        said = f"{_taken(self.ours)}; {others}" + (f"; {ratio:.2f} ×" if ratio else "")
        return f"{said}  {' '.join(self.budgets())}"


_APART = (
    "The columns were measured minutes apart, while the machine's speed changed. What grows by how much is told by the"
    " rows that have both sizes in them, which take turns."
)


def written(results: Sequence[Result], rounds: int) -> str:
    """The whole of RESULTS.md."""
    sizes = sorted({result.size for result in results})
    parts = [
        "# How fast",
        "`make bench` writes this file. Medians of wall time (and of processor time, in brackets); contenders take"
        f" turns in one run, up to {rounds} times, or for {SECONDS:.0f} seconds where that is more. A ratio is ours to"
        " the first contender beside us. Warm unless a row says otherwise; `.pyc` present; the garbage collector is set"
        " as `srs` sets it where that starts, beside it too, and else as Python has it, unless a row says otherwise.",
        _machine(),
    ]
    for size in sizes:
        rows = [_row(result) for result in results if result.size == size]
        parts.append(f"## {size:,} cards\n\n" + _table(["what", "srs", "beside", "ratio", "MB", "budget"], rows))
    if len(sizes) > 1:
        head = ["what", *(f"{size:,}" for size in sizes), f"last ÷ {sizes[-2]:,}"]
        parts.append(f"## Growth\n\n{_APART}\n\n" + _table(head, list(_growth(results, sizes))))
    return "\n\n".join(parts) + "\n"


def _row(result: Result) -> list[str]:
    others = [f"{name} {_taken(taken)}" for name, taken in result.medians.items() if name != "srs"]
    ratio, peak = result.ratio(), result.ours.peak
    return [
        result.row.name,
        _taken(result.ours),
        "<br>".join(others),
        f"{ratio:.2f}" if ratio else "",
        f"{peak:,.0f}" if peak else "",
        "<br>".join(result.budgets()),
    ]


def _growth(results: Sequence[Result], sizes: Sequence[int]) -> list[list[str]]:
    found: dict[str, dict[int, Result]] = {}
    for result in results:
        found.setdefault(result.row.name, {})[result.size] = result
    rows = []
    for name, by_size in found.items():
        times = [by_size[size].ours.wall if size in by_size else None for size in sizes]
        last, before = times[-1], times[-2]
        grown = f"{last / before:.2f}" if last and before else ""
        rows.append([name, *(seconds(each) if each else "" for each in times), grown])
    return rows


def _taken(taken: Taken) -> str:
    return seconds(taken.wall) + (f" ({seconds(taken.cpu)})" if taken.cpu else "")


def seconds(taken: float) -> str:
    """`12.3 s`, `145 ms`, `2.4 ms`."""
    if taken >= 1:
        return f"{taken:.2f} s"
    ms = taken * 1000
    return f"{ms:.0f} ms" if ms >= 20 else f"{ms:.2f} ms"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine() -> str:
    names = ("typer", "numpy", "fsrs", "genanki", "PyYAML")
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    told = [
        f"{os.cpu_count()} × {_processor()}, {_memory()}, {platform.system()} {platform.release().split('-')[0]}",
        f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, {packages}",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load {os.getloadavg()[0]:.1f} at the end",
    ]
    return "\n".join(f"- {line}" for line in told)


def _processor() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"
