"""Any text as a YAML value that reads as exactly this text, whatever it holds. Knows nothing of notes or their types.

Most texts stand as they would if somebody had written them. One that holds what no line of a file may hold (control
characters, a CR, Unicode's own line separators) stands in double quotes with `\\x0d`-like escapes, a line of it on each
line. Only a lone surrogate, which is no character, cannot be written: `scrubbed` says what becomes of it.
"""

import re

from srs.cards.insert import INDENTATION, scalar
from srs.cards.yamlwords import control_character

_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_KEY = 200  # characters; YAML takes no key of over 1,024 before its colon, and an escape has up to six
_ESCAPED = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')


def exact(text: str, indentation: int) -> str:
    """`text` as a value; lines after its first are indented deeper than `indentation`. No lone surrogates."""
    if control_character(text) is None and "\r" not in text:
        return scalar(text, indentation)
    pad = "\n" + " " * (indentation + INDENTATION)
    lines = text.split("\n")
    if len(lines) == 1:
        return one_line(text)
    # A line starts where its first letter does, so blanks before that are escaped; the `\\` joins it to the next.
    body = [f"{_start(line)}\\n\\" for line in lines[:-1]]
    return '"\\' + pad + pad.join([*body, _start(lines[-1]) + '"'])


def one_line(text: str) -> str:
    """`text` as a value on one line, which may stand between brackets too. No lone surrogates."""
    if control_character(text) is None and "\n" not in text and "\r" not in text:
        return "'" + text.replace("'", "''") + "'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def key_of(text: str) -> str:
    """`text` as a key, with the colon after it."""
    if control_character(text) is None and "\n" not in text and "\r" not in text:
        written = scalar(text, 0)
    else:
        written = one_line(text)
    return f"{written}:" if len(text) <= _LONGEST_KEY else f"? {written}\n:"


def scrubbed(text: str) -> str:
    """`text` with each lone surrogate replaced, the one thing that no UTF-8 file can hold."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def _start(line: str) -> str:
    bare = line.lstrip(" \t")
    blanks = line[: len(line) - len(bare)]
    return "".join(f"\\x{ord(char):02x}" for char in blanks) + _ESCAPED.sub(_escape, bare)


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    if char in '"\\':
        return "\\" + char
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
