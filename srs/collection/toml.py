"""TOML files of settings: read with their places, each value checked. Knows no setting, and not what a file is for."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from srs.collection.files import open_regular
from srs.errors import SrsError
from srs.values import frozen

_LONGEST_LINE = 900


@frozen
class Check:
    """What a key takes: `take` gives the checked value or None; `says` tells it in words."""

    take: Callable[[Any], Any]
    says: str


def whole(low: int, high: int) -> Check:
    """A whole number."""

    def take(value: Any) -> int | None:
        return value if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high else None

    return Check(take, f"a whole number from {low} to {high}")


def number(low: float, high: float) -> Check:
    """A number with or without decimals."""

    def take(value: Any) -> float | None:
        ok = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        return float(value) if ok else None

    return Check(take, f"a number from {low} to {high}")


def one_of(*names: str) -> Check:
    """One of a few words."""
    return Check(lambda value: value if value in names else None, " or ".join(f'"{name}"' for name in names))


BOOLEAN = Check(lambda value: value if isinstance(value, bool) else None, "true or false")


class Document:
    """A TOML file: its `values`, and where each of them stands. What is wrong is raised as `error`, place first."""

    def __init__(self, name: str, data: bytes, error: type[SrsError], values: dict[str, Any] | None = None) -> None:
        """`name` is what messages call the file; `values` is what `data` holds, where that was read before.

        Raises `error` where `data` is no TOML.
        """
        self.name = name
        self._error = error
        try:
            text = data.decode().removeprefix("\ufeff")
        except UnicodeDecodeError as why:
            raise error(f"{name}:1:1: the file is not UTF-8 ({why.reason})", "save it as UTF-8") from None
        self._lines = text.splitlines()
        self.values = self._read(text) if values is None else values

    @classmethod
    def of_file(cls, path: Path, name: str, error: type[SrsError]) -> "Document":
        """The file at `path`. Raises `error` where it is no TOML, OSError where it cannot be read."""
        with open_regular(path) as file:
            return cls(name, file.read(), error)

    def _read(self, text: str) -> dict[str, Any]:
        import tomllib  # as much to load as all else that a start does with settings

        self._refuse_long_lines()
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as why:
            line, column, reason = _place_said(str(why), text)
            message = f"{self.name}:{line}:{column}: {reason}"
            raise self._error(message, "see https://toml.io for the notation") from None

    def _refuse_long_lines(self) -> None:
        """A line of thousands of dots or brackets would keep the TOML reader busy for minutes, or end it."""
        for at, line in enumerate(self._lines, 1):
            if len(line) > _LONGEST_LINE:
                message = f"{self.name}:{at}:{_LONGEST_LINE}: the line is longer than {_LONGEST_LINE} characters"
                raise self._error(message, "shorten it")

    def table(self, value: Any, name: str, key: str, inside: str | None) -> dict[str, Any]:
        """`value` as the table `name`, which stands under `key` of the table `inside`."""
        if not isinstance(value, dict):
            self.fail(key, inside, f"`{name}` must be a table", f"write: [{name}]")
        return dict(value)

    def value(self, key: str, value: Any, known: Mapping[str, Check], table: str | None) -> Any:
        """The checked value of a key of `table` (None: above all tables)."""
        check = known.get(key)
        if check is None:
            import difflib

            near = difflib.get_close_matches(key, known, 1)
            where = f" in [{table}]" if table else ""
            hint = f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(sorted(known))}"
            self.fail(key, table, f"`{key}` is no setting{where}", hint)
        taken = check.take(value)
        if taken is None:
            self.fail(key, table, f"`{key}` cannot be {shown(value)}", f"it takes {check.says}")
        return taken

    def fail(self, key: str, table: str | None, message: str, hint: str) -> NoReturn:
        """Raise what is wrong with a key, with its place."""
        line, column = self.place(key, table)
        raise self._error(f"{self.name}:{line}:{column}: {message}", hint)

    def place(self, key: str, table: str | None) -> tuple[int, int]:
        """Line and column of a key of `table`, or of the table named `key`; 1 and 1 where it is not found."""
        inside, bare = table is None, table and table.replace('"', "")
        for at, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[+\s*(.+?)\s*\]+", line)
            if header:
                inside = re.sub("[\"']", "", header[1]) == bare
                if header[1] == key:
                    return at, 1
            match = re.match(rf"""(\s*)["']?{re.escape(key)}["']?\s*=""", line)
            if match and inside:
                return at, len(match[1]) + 1
        return 1, 1


def shown(value: Any) -> str:
    """A value as messages quote it."""
    return f"`{value}`" if not isinstance(value, str) else f'"{value}"'


def _place_said(message: str, text: str) -> tuple[int, int, str]:
    match = re.search(r"\s*\(at line (\d+), column (\d+)\)", message)
    if match:
        return int(match[1]), int(match[2]), message[: match.start()]
    lines = text.split("\n")
    return len(lines), len(lines[-1]) + 1, message.replace(" (at end of document)", "")
