"""What can go wrong, in words a user can act on. Knows nothing of terminals or exit codes beyond the number."""

from typing import Literal

from srs.values import frozen

Severity = Literal["error", "warning", "advice"]


class SrsError(Exception):
    """The command cannot proceed. `message` is one sentence; `hint` says what mends it (may be empty)."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def sentences(self) -> str:
        """Message and hint, to be read one after the other."""
        return " ".join(sentence(part) for part in (self.message, self.hint) if part)


class UsageError(SrsError):
    """The command was called in a way that means nothing."""

    exit_code = 2


def said_by_system(error: OSError) -> str:
    """Why the system refused, without the path, in the voice of our messages: `permission denied`."""
    return (error.strerror or str(error)).lower()


def sentence(clause: str) -> str:
    """A message or hint of an error as a sentence of its own. A path or the name of a file stays as it is."""
    word = clause.split(" ", 1)[0].rstrip(":.,")
    start = clause if "/" in word or "." in word else f"{clause[:1].upper()}{clause[1:]}"
    return f"{start}{'' if not clause or clause.endswith(('.', '?', '!')) else '.'}"


@frozen
class Problem:
    """Something wrong in a file. `path` is relative to the collection, `line` and `column` count from 1."""

    path: str
    line: int
    column: int
    severity: Severity
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"

    def __lt__(self, other: "Problem") -> bool:
        return self._order() < other._order()

    def _order(self) -> tuple[str, int, int, str, str, str, str]:
        return self.path, self.line, self.column, self.severity, self.code, self.message, self.hint
