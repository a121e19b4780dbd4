"""A document as Markdown. Knows nothing of HTML, and does not check that its text means the document: who calls does.

Markdown's rules on what marks mean where cannot be foreseen in full. So there are two ways to escape: `light` puts
backslashes only where a sign would likely be taken for a mark, and `heavy` wherever one may stand.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from srs.cards.document import Block, Code, Heading, List, Paragraph, Quote, Table
from srs.cards.runs import Run, Runs, joined

Escaping = Literal["light", "heavy"]


def to_markdown(blocks: Sequence[Block], escaping: Escaping = "light", language: str = "") -> str:
    """The Markdown of blocks. `language`: what is said of code that stands alone."""
    return _Writer(escaping == "heavy", language if len(blocks) == 1 else "").blocks(blocks)


_ALWAYS = re.compile(r"[*`]")
_UNDERSCORE = re.compile(r"(?<!\w)_|_(?!\w)")
_BACKSLASH = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)")
_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY_LIKE = re.compile(r"&(?=#?\w+;)")
_LINK_LIKE = re.compile(r"\[(?=[^\[\]]*\][\[(:])")
_REFERENCE_LIKE = re.compile(r"\](?=[\[(:])")
_DOLLAR = re.compile(r"\$")
_PUNCTUATION = re.compile(r"[!-/;-@\[-`|~]")  # but for braces and colons, of which cloze markers are made
_LINE_STARTS = (
    (re.compile(r"(?=#{1,6}(?:\s|$))"), "\\\\"),
    (re.compile(r"(?=[-+](?:\s|$))"), "\\\\"),
    (re.compile(r"(?=>)"), "\\\\"),
    (re.compile(r"(?==+\s*$|-+\s*$|--|~~~)"), "\\\\"),
    (re.compile(r"(\d{1,9})(?=[.)](?:\s|$))"), r"\1\\"),
    (re.compile(r"(?=\|)"), "\\\\"),
)


class _Writer:
    def __init__(self, heavy: bool, language: str) -> None:
        self.heavy, self.language = heavy, language
        self.in_cell = False

    def blocks(self, blocks: Sequence[Block], tight: bool = False) -> str:
        parts: list[str] = []
        other = False  # lists that follow each other have different marks, or they would be one
        for at, block in enumerate(blocks):
            before = blocks[at - 1] if at else None
            same = isinstance(block, List) and isinstance(before, List)
            other = not other if same else False
            parts.append(self.block(block, other))
        return ("\n" if tight else "\n\n").join(parts)

    def block(self, block: Block, other: bool) -> str:
        if isinstance(block, Paragraph):
            return self.paragraph(block.runs)
        if isinstance(block, Heading):
            text = self.runs(block.runs)
            if "\n" in text and block.level < 3:
                return f"{text}\n{'===' if block.level == 1 else '---'}"
            return f"{'#' * block.level} {re.sub(r'(?=#+$)', chr(92) * 2, text)}"
        if isinstance(block, Code):
            return self.code(block.text)
        if isinstance(block, Quote):
            return "\n".join(f"> {line}".rstrip() for line in self.blocks(block.blocks).split("\n"))
        if isinstance(block, List):
            return self.list(block, other)
        return self.table(block) if isinstance(block, Table) else "---"

    def paragraph(self, runs: Runs) -> str:
        if len(runs) == 1 and runs[0].kind == "display" and "$" not in runs[0].text and not self.heavy:
            return f"$$\n{runs[0].text}\n$$"
        return "\n".join(map(_line_start, self.runs(runs).split("\n")))

    def code(self, text: str) -> str:
        longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{fence}{self.language}\n{text}\n{fence}" if text else f"{fence}{self.language}\n{fence}"

    def list(self, block: List, other: bool) -> str:
        tight = all(_is_tight(item) for item in block.items)
        lines = []
        for number, item in enumerate(block.items, block.start or 0):
            mark = ("*" if other else "-") if block.start is None else f"{number}{')' if other else '.'}"
            pad = " " * (len(mark) + 1)
            text = self.blocks(item, tight)
            body = "\n".join(line and pad + line for line in text.split("\n"))
            lines.append(f"{mark} {body.removeprefix(pad)}".rstrip())
        return ("\n" if tight else "\n\n").join(lines)

    def table(self, block: Table) -> str:
        self.in_cell = True
        rows = ["| " + " | ".join(self.runs(cell) for cell in row) + " |" for row in block.rows]
        self.in_cell = False
        marks = {"left": ":--", "right": "--:", "center": ":-:"}
        head = "| " + " | ".join(marks.get(align, "---") for align in block.aligns) + " |"
        return "\n".join([rows[0], head, *rows[1:]])

    # Runs

    def runs(self, runs: Sequence[Run]) -> str:
        """Runs with the style that goes furthest around those that go less far."""
        out: list[str] = []
        at = 0
        while at < len(runs):
            run = runs[at]
            lengths = {"href": 0, "strong": 0, "em": 0}
            for name in lengths:
                value = getattr(run, name)
                while value and at + lengths[name] < len(runs) and getattr(runs[at + lengths[name]], name) == value:
                    lengths[name] += 1
            name = max(lengths, key=lambda name: lengths[name])
            if not lengths[name]:
                out.append(self.run(run))
                at += 1
                continue
            inner = runs[at : at + lengths[name]]
            value = getattr(run, name)
            at += lengths[name]
            out.append(self.styled(name, value, [each._replace(**{name: type(value)()}) for each in inner]))
        return "".join(out)

    def styled(self, name: str, value: str, inner: Sequence[Run]) -> str:
        if name == "href":
            only = inner[0]
            if len(inner) == 1 and only == Run("text", value) and not re.search(r"[\s<>\\]", value):
                return f"<{value}>"
            return f"[{self.runs(inner)}]({_destination(value)})"
        mark = "**" if name == "strong" else "*"
        return f"{mark}{self.runs(inner)}{mark}"

    def run(self, run: Run) -> str:
        if run.kind == "break":
            return "\\\n"
        if run.kind == "code":
            return self.span(run.text)
        if run.kind in ("math", "display"):
            return self.formula(run)
        if run.kind == "image":
            alt = re.sub(r"(?<!\\)([\[\]])", r"\\\1", self.text(run.text))
            return f"![{alt}]({_destination(run.src.replace('%', '%25'))})"
        return self.text(run.text)

    def formula(self, run: Run) -> str:
        if self.heavy:  # where the dollars do not work, what they stand for does
            sides = ("\\\\(", "\\\\)") if run.kind == "math" else ("\\\\[", "\\\\]")
            return f"{sides[0]}{self.text(run.text)}{sides[1]}"
        sign = "$" if run.kind == "math" else "$$"
        return f"{sign}{run.text}{sign}"

    def span(self, text: str) -> str:
        ticks = "`" * (max((len(found) for found in re.findall("`+", text)), default=0) + 1)
        if set(map(len, re.findall("`+", text))).isdisjoint({1}):
            ticks = "`"
        pad = " " if text[:1] == "`" or text[-1:] == "`" or (text[:1] == text[-1:] == " " and text.strip()) else ""
        written = f"{ticks}{pad}{text}{pad}{ticks}"
        return written.replace("|", "\\|") if self.in_cell else written

    def text(self, text: str) -> str:
        if self.heavy:
            return _PUNCTUATION.sub(r"\\\g<0>", text)
        text = _BACKSLASH.sub(r"\\\\", text)
        text = _ALWAYS.sub(r"\\\g<0>", text)
        text = _UNDERSCORE.sub(r"\\_", text)
        text = _TAG_LIKE.sub(r"\\<", text)
        text = _ENTITY_LIKE.sub(r"\\&", text)
        text = _LINK_LIKE.sub(r"\\[", text)
        if "[" not in text:  # the bracket that it closes may stand in another run
            text = _REFERENCE_LIKE.sub(r"\\]", text)
        if text.count("$") > 1 and re.search(r"\$(?!\d)", text):
            text = _DOLLAR.sub(r"\\$", text)
        return text.replace("|", "\\|") if self.in_cell else text


def _is_tight(item: Sequence[Block]) -> bool:
    """Whether an item needs no empty line in it: a paragraph, and below it nothing but lists and code."""
    return all(isinstance(block, List | Code | Paragraph) for block in item) and not any(
        isinstance(block, Paragraph) for block in item[1:]
    )


def _line_start(line: str) -> str:
    for pattern, escaped in _LINE_STARTS:
        if pattern.match(line):
            return pattern.sub(escaped, line, count=1)
    return line


def _destination(address: str) -> str:
    address = re.sub(r"\\|&(?=#?\w+;)", r"\\\g<0>", address)
    if re.search(r"[\s()<>]|^$", address):
        return f"<{re.sub('[<>]', lambda match: chr(92) + match[0], address)}>"
    return address


def without_emphasis(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The same without bold and italics."""
    return tuple(map(_plain_block, blocks))


def _plain_block(block: Block) -> Block:
    if isinstance(block, Paragraph):
        return Paragraph(_plain_runs(block.runs))
    if isinstance(block, Heading):
        return Heading(block.level, _plain_runs(block.runs))
    if isinstance(block, Quote):
        return Quote(without_emphasis(block.blocks))
    if isinstance(block, List):
        return List(block.start, tuple(map(without_emphasis, block.items)))
    if isinstance(block, Table):
        return Table(block.aligns, tuple(tuple(map(_plain_runs, row)) for row in block.rows))
    return block


def _plain_runs(runs: Runs) -> Runs:
    return joined(run._replace(strong=False, em=False) for run in runs)
