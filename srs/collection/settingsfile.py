"""Parameters put into the text of a srs.toml, every other byte of it kept. Knows no model and no files.

The text is cut into statements, each with the place where it stands, since a TOML reader tells values alone. What comes
out is read again with one and compared: nothing but the parameters may have changed.

What stood there stays as a comment, `# until DAY: parameters = [...]`, so that it can be put back; the newest few do.
"""

import copy
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from srs.collection.locations import SETTINGS_NAME
from srs.collection.settings import SettingsError, settings_of
from srs.collection.toml import Document
from srs.errors import SrsError

SIGNED = "Fitted by `srs optimize`"
"""How the comment above parameters begins."""

_KEPT = 3
_KEY = "parameters"
_BOM = "\ufeff"
_SIGNATURE = re.compile(rf"[ \t]*# {re.escape(SIGNED)}[^\n]*\n?\Z")
_OLD = re.compile(
    r"[ \t]*# until \d{4}-\d\d-\d\d: [^\[\n]*\bparameters[^\w\n]?[ \t]*=[ \t]*\[[^\]\n]*\][^\n]*(?:\n|\Z)"
)
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[{]|[\]}]|\n|[^"\'#\[\]{}\n]+',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A header, or a key and its value: whole lines from `start` to `end`.

    `path` leads to what it sets, from the top; of a key and its value, the last `own` parts of it are the key.
    """

    start: int
    end: int
    path: tuple[str, ...]
    own: int
    key: str

    @property
    def table(self) -> tuple[str, ...]:
        """The table that its header names."""
        return self.path[: len(self.path) - self.own]


def with_parameters(data: bytes, deck: str | None, parameters: Sequence[float], day: str, says: str) -> bytes:
    """A srs.toml with these parameters for a deck and what is under it (None: for all decks).

    `says` is put above them as a comment of one line; on `day` (ISO) what stood there goes out of force. Raises
    SettingsError where `data` is no srs.toml, SrsError where it is written so that they cannot be put in.
    """
    file = Document(SETTINGS_NAME, data, SettingsError)
    settings_of(file)
    table = ("fsrs",) if deck is None else ("deck", deck)
    line = f"{_KEY} = [{', '.join(repr(float(value)) for value in parameters)}]"
    text = data.decode("utf-8")
    body = text.removeprefix(_BOM)
    newline = "\r\n" if "\r\n" in body else "\n"
    put_in = _put_in(body, table, line, day, f"# {says}", newline)
    made = None if put_in is None else (_BOM * (body != text) + put_in).encode()
    if made is None or not _is_as_meant(file, made, table, list(parameters)):
        message = f"{SETTINGS_NAME}: the parameters cannot be put into the table {_header(table)} as it is written"
        raise SrsError(message, f"nothing was changed; write them there yourself:\n  {line}")
    return made


def _is_as_meant(file: Document, made: bytes, table: tuple[str, ...], parameters: list[float]) -> bool:
    """Whether `made` says what `file` says, but for the parameters."""
    meant = copy.deepcopy(file.values)
    inside = meant
    for name in table:
        inside = inside.setdefault(name, {})
    inside[_KEY] = parameters
    try:
        after = Document(SETTINGS_NAME, made, SettingsError)
        settings_of(after)
    except SettingsError:
        return False
    return after.values == meant


def _put_in(text: str, table: tuple[str, ...], line: str, day: str, says: str, newline: str) -> str | None:
    """`text` with `line` in its place; None where it has none."""
    statements = list(_statements(text))
    there = [each for each in statements if each.own and each.path == (*table, _KEY)]
    if there:
        return _replaced(text, there[0], line, day, says, newline)
    heads = [each for each in statements if not each.own and each.path == table]
    inside = [each for each in statements if each.own and each.table == table]
    dotted = [each for each in statements if each.own and each.path[: len(table)] == table and each not in inside]
    names: tuple[str, ...] = ()
    if heads:
        after = (inside or heads)[-1]
    elif dotted and len(dotted[-1].path) > len(table):
        after, names = dotted[-1], table[len(dotted[-1].table) :]
    elif dotted:
        return None  # an inline table: it has no room for a comment
    else:
        gap = newline if text else ""
        return f"{_ended(text, newline)}{gap}{_header(table)}{newline}{says}{newline}{line}{newline}"
    indent = _indent(text, after)
    prefix = "".join(f"{_name(name)}." for name in names)
    before = _ended(text[: after.end], newline)
    return f"{before}{indent}{says}{newline}{indent}{prefix}{line}{newline}{text[after.end :]}"


def _replaced(text: str, there: _Statement, line: str, day: str, says: str, newline: str) -> str:
    """`text` with the value of a statement replaced, the statement kept as a comment below."""
    indent = _indent(text, there)
    start, end, rest = there.start, there.end, there.end
    signature = _SIGNATURE.search(text, text.rfind("\n", 0, max(start - 1, 0)) + 1, start)
    if signature:
        start = signature.start()
    old = [each.rstrip("\r") for each in text[there.start : end].removesuffix("\n").split("\n")]
    commented = [f"{indent}# until {day}: {old[0].strip()}", *(f"{indent}# {each}" for each in old[1:])]
    kept = 1
    while match := _OLD.match(text, rest):
        rest = match.end()
        if kept < _KEPT:
            end, kept = rest, kept + 1
    older = text[there.end : end]
    new = [f"{indent}{says}", f"{indent}{there.key} = {line.partition(' = ')[2]}", *commented]
    ends = newline if older or text[rest:] or text.endswith("\n") else ""
    return text[:start] + newline.join(new) + ends + older + text[rest:]


def _statements(text: str) -> Iterator[_Statement]:
    """The statements of a text that is TOML, in order."""
    table: tuple[str, ...] = ()
    at = 0
    while at < len(text):
        end = _end(text, at)
        words = text[at:end].strip()
        if words.startswith("["):
            table = _path(words)
            yield _Statement(at, end, table, 0, "")
        elif words and not words.startswith("#"):
            key = _key(words)
            own = _path(f"{key} = {{}}")
            yield _Statement(at, end, (*table, *own), len(own), key)
        at = end


def _end(text: str, at: int) -> int:
    """Where the line after the statement, comment or empty line at `at` begins."""
    depth = 0
    for token in _TOKEN.finditer(text, at):
        word = token[0]
        if word in ("[", "{"):
            depth += 1
        elif word in ("]", "}"):
            depth -= 1
        elif word == "\n" and not depth:
            return token.end()
    return len(text)


def _key(statement: str) -> str:
    """What stands before the `=` of a statement, as written."""
    match = re.match(r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^"'=])+""", statement)
    return match[0].rstrip() if match else ""


def _path(toml: str) -> tuple[str, ...]:
    """The path to the empty table that is all that this text makes."""
    path, inside = [], tomllib.loads(toml)
    while inside:
        ((name, value),) = inside.items()
        path.append(name)
        inside = value[0] if isinstance(value, list) else value
    return tuple(path)


def _header(table: tuple[str, ...]) -> str:
    return f"[{table[0]}]" if len(table) == 1 else f"[{table[0]}.{_quoted(table[1])}]"


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")


def _indent(text: str, statement: _Statement) -> str:
    match = re.match(r"[ \t]*", text[statement.start : statement.end])
    return match[0] if match else ""


def _ended(text: str, newline: str) -> str:
    """`text` with its last line ended."""
    return text if not text or text.endswith("\n") else text + newline
