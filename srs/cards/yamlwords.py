"""What is wrong with a piece of YAML, in words a user can act on. Knows libyaml's messages, not the tree."""

import re
from typing import Any, NamedTuple

from srs.errors import Problem

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|\r(?!\n)")
_NAMES = {
    "\x00": "a NUL character",
    "\r": "a carriage return without a line feed",
    "\x1b": "an escape character",
    "\u2028": "a Unicode line separator",
    "\u2029": "a Unicode paragraph separator",
    "\ufeff": "a byte order mark inside the file",
}


def control_character(text: str) -> tuple[int, str] | None:
    """Where in `text` the first character stands that no deck may hold, and its name; None if there is none."""
    found = _FORBIDDEN.search(text)
    if found is None:
        return None
    return found.start(), _NAMES.get(found[0], f"the control character U+{ord(found[0]):04X}")


_AS_BLOCK = "Write it as a block, where every character means itself:"
_LONG = 800  # a line longer than this is not shown again
_ITEM = re.compile(r"(?P<lead>[ ]*(?:-[ ]+)*)(?:(?P<key>[^\s:#\"'\[\]{},&*!|>%@`-][^:\n]*?)[ ]*:[ \t]+)?(?P<rest>\S.*)")
_SINGLE = re.compile(r"'(.*)'[ \t]*(?:#.*)?")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"[ \t]*(?:#.*)?')

# libyaml's words -> our code and sentence. The first line whose words occur in its message counts.
_SENTENCES = (
    ("mapping values are not allowed", "colon-in-text", "A `: ` inside a text must be quoted."),
    ("tab character", "tab", "A tab cannot indent a line."),
    ("cannot start any token", "leading-character", "A text that starts with {char} must be quoted."),
    ("scanning an alias", "leading-character", "A text that starts with `*` must be quoted."),
    ("scanning an anchor", "leading-character", "A text that starts with `&` must be quoted."),
    ("tag", "leading-character", "A text that starts with `!` must be quoted."),
    ("directive", "leading-character", "A line that starts with `%` must be quoted."),
    ("block sequence entries", "leading-character", "A text that starts with `- ` must be quoted."),
    ("mapping keys are not allowed", "leading-character", "A text that starts with `? ` must be quoted."),
    ("scanning a block scalar", "leading-character", "A text that starts with {char} must be quoted."),
    ("unknown escape character", "escape", "This backslash between double quotes is no escape that YAML knows."),
    ("hexdecimal", "escape", "A `\\x`, `\\u` or `\\U` between double quotes needs the digits of a character."),
    ("Unicode character escape", "escape", "A `\\x`, `\\u` or `\\U` between double quotes names no character."),
    ("scanning a quoted scalar", "open-quote", "A quotation mark opens here and nothing closes it."),
    ("flow sequence", "open-bracket", "A text that starts with `[` must be quoted, and a list closed with `]`."),
    ("flow mapping", "open-bracket", "A text that starts with `{` must be quoted."),
    ("flow node", "open-bracket", "A `[` or `{` is open here; a text that starts with one must be quoted."),
    ("node content", "leading-character", "A text that starts with {char} must be quoted."),
    ("could not find expected ':'", "no-key", "This line has no `key:` and does not go on from the line above."),
    ("document start", "indentation", "This line is indented less than the deck's first key."),
    ("did not find expected '-' indicator", "indentation", "This line is not indented like the list above it."),
)
_HINTS = {
    "tab": "Replace the tab with spaces.",
    "no-key": "Indent it deeper than the key it belongs to, or give it a key.",
    "indentation": "Give keys of one note the same indentation, and the lines of a text a deeper one.",
}


def syntax_problem(path: str, text: str, mistake: Any) -> Problem:
    mark = getattr(mistake, "problem_mark", None)
    if mark is None:
        return control_problem(path, text)  # libyaml's reader stopped, not its scanner or parser
    context = mistake.context_mark or mark
    words = f"{mistake.context} {mistake.problem}"
    code, sentence = next(((code, said) for known, code, said in _SENTENCES if known in words), ("syntax", ""))
    if "did not find expected key" in words:
        code, sentence = _unexpected(text, mark)
    elif ("scanning a" in words and text[mark.index : mark.index + 1] != "\t") or code in (
        "open-quote",
        "open-bracket",
        "no-key",
    ):
        mark = context  # what never closed is where it opened, not where the file ended
    char = text[mark.index : mark.index + 1]
    if char == "\t":
        code, sentence = "tab", "A tab cannot indent a line."
    elif code == "colon-in-text" and _starts_line(text, mark.index):
        sentence = "This key is indented deeper than the one above, or it is text, and then its `: ` must be quoted."
    sentence = sentence.replace("{char}", "a backtick" if char == "`" else f"`{shown(char)}`")
    hint = _HINTS.get(code) or block_hint(text, mark.index)
    return error(path, mark.line + 1, mark.column + 1, code, sentence or "YAML cannot make sense of this line.", hint)


def _unexpected(text: str, mark: Any) -> tuple[str, str]:
    if _line_before(text, mark.index).strip(" -"):
        said = "Something follows a closed quotation mark or bracket, so the whole text must be quoted."
        return "text-after-quote", said
    return "indentation", "This line is indented neither like the keys above it nor deeper."


def _starts_line(text: str, index: int) -> bool:
    """Whether the colon at `index` ends the first key of its line, and of a line below another one."""
    before = _line_before(text, index)
    return ": " not in before and before.startswith(" ") and "\n" in text[:index]


class Line(NamedTuple):
    """A line `key: text` or `- text` taken apart: what stands before, and the text as it was meant."""

    start: str
    indentation: int
    text: str

    def block(self) -> tuple[str, str]:
        """The two lines of it as a block, where every character means itself."""
        return f"{self.start} |-", " " * self.indentation + self.text

    def below(self, text: str) -> tuple[str, str]:
        """The same two lines with a plain text instead of its own."""
        return self.start, " " * self.indentation + text


def taken_apart(line: str) -> Line | None:
    """`key: text` or `- text`, the quotes around the text taken off; None if there is no text."""
    found = _ITEM.fullmatch(line.rstrip())
    if found is None or not (found["key"] or "-" in found["lead"]):
        return None
    rest = found["rest"]
    if quoted := _DOUBLE.fullmatch(rest):
        rest = re.sub(r'\\(["\\/])', r"\1", quoted[1])
    elif quoted := _SINGLE.fullmatch(rest):
        rest = quoted[1].replace("''", "'")
    if not rest.strip():
        return None
    lead, key = found["lead"], found["key"]
    if key:
        return Line(f"{lead}{key}:", len(lead) + 2, rest.lstrip())
    return Line(lead.rstrip(), len(lead.rstrip()) + 1, rest.lstrip())


def block_form(line: str) -> str | None:
    """`key: text` or `- text` rewritten as a block, where every character means itself; None if there is no text."""
    found = taken_apart(line)
    return None if found is None else "\n".join(found.block())


def block_hint(text: str, index: int) -> str:
    """How to write the line in which `index` stands so that YAML keeps it."""
    before = _line_before(text, index)
    after = text[index : index + _LONG].partition("\n")[0]
    written = block_form(before + after) if len(before) + len(after) < _LONG else None
    if written is None:
        return "Put the text in quotes."
    return f"{_AS_BLOCK}\n{written}"


def shows_block(problem: Problem) -> bool:
    """Whether the problem's hint is its line written as a block."""
    return problem.hint.startswith(_AS_BLOCK)


def _line_before(text: str, index: int) -> str:
    """The line of `index` up to it; of a very long line only the end."""
    start = max(0, index - _LONG)
    return text[text.rfind("\n", start, index) + 1 or start : index]


def shown(text: str) -> str:
    """`text` short enough, and clean enough, to stand in a message."""
    clean = "".join(char if char.isprintable() else "·" for char in text[:41])
    return clean if len(clean) <= 40 else clean[:40] + "…"


def error(path: str, line: int, column: int, code: str, message: str, hint: str) -> Problem:
    return Problem(path, line, column, "error", code, message, hint)


def control_problem(path: str, text: str) -> Problem:
    offset, name = control_character(text) or (0, "a character that YAML does not allow")
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return error(path, line, column, "control-character", f"There is {name} here.", "Delete it; no card may hold one.")
