"""The lines of a lesson to blocks: paragraphs, headings, code, tables, lists, block quotes. Knows no slots, no notes.

Markdown says where a paragraph ends: at a blank line. Pasted text often has none, and each line is a paragraph; or it
is wrapped, and they are not. So of a text that is no Markdown the length of its lines decides. A line that starts with
a label starts a block everywhere, and a label glued to the middle of a line cuts it in two.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from srs.importers.lesson import quotes
from srs.importers.lesson.code import code_run, is_code
from srs.importers.lesson.labels import find_label, learn, split_glued
from srs.importers.lesson.tables import table_run
from srs.importers.lesson.values import Block

MarkKind = Literal["rule", "footnote", "reference", "comment", "front"]

_ATX = re.compile(r" {0,3}(?P<marks>#{1,6})[ \t]+(?P<text>.*?)(?:[ \t]+#+)?[ \t]*$")
_RULE = re.compile(r"\s{0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|[=~—–•·]{3,}|(?:[*·•] ){2,}[*·•])\s*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r"\s*(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
_ITEM = re.compile(r"(?P<lead>\s*)(?:[-*+•‣▪◦·]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+(?=\S)")
_FOOTNOTE = re.compile(r" {0,3}\[\^(?P<name>[^\]\s]+)\]:\s*(?P<text>.*)$")
_REFERENCE = re.compile(r" {0,3}\[(?P<name>[^\]^][^\]]*)\]:\s*(?P<text>\S+.*)$")
_QA = re.compile(r"\s*(?:[*_]{2})?(?:Q|A|C|Question|Answer|Cloze)\s?\d{0,3}(?:[*_]{2})?\s*[:.](?:[*_]{2})?(?:\s|$)")
_MANY_BLANKS = re.compile(r"([ \t]{100})[ \t]+")
_LONG_LINE = 140
_SHORT_TITLE = 72
_MOST_LINES = 40  # of a quote with its speaker


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of Markdown that is no text of its own: a rule, a definition that other text refers to, a comment."""

    kind: MarkKind
    name: str
    text: str
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Scanned:
    """The blocks and marks of a text, each in the order of the source; `learnt` are the labels of its own."""

    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...]
    learnt: frozenset[str]


def lines_of(text: str) -> list[str]:
    """The lines of a source as everything that names lines counts them; characters that no card may hold are blanks.

    Blanks beyond the first 100 of a row say nothing, and patterns that look for them would look for hours.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text = _MANY_BLANKS.sub(r"\1", text)
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]", " ", text).split("\n")


def scan(lines: list[str], markdown: bool) -> Scanned:
    """The blocks of a text, whose lines are from `lines_of`."""
    return _Scanner(lines, markdown).scan()


def heading_text(block: Block) -> str:
    """What a heading says, without its signs."""
    first = block.text.split("\n")[0]
    found = _ATX.match(first)
    return (found["text"] if found else first.strip().strip("=").strip()).strip()


def is_question_mark(line: str) -> bool:
    """Whether a line starts a question, an answer or a cloze of the `Q:` `A:` `C:` form."""
    return _QA.match(line) is not None


class _Scanner:
    def __init__(self, lines: list[str], markdown: bool) -> None:
        self.lines = lines
        self.markdown = markdown
        self.learnt = learn(line for line in lines if line.strip())
        self.blocks: list[Block] = []
        self.marks: list[Mark] = []
        self.at = 0
        prose = [len(line) for line in lines if line.strip() and not is_code(line) and "|" not in line]
        self.width = max(prose, default=0)
        self.by_line = not markdown and self.width > _LONG_LINE

    def scan(self) -> Scanned:
        self.front()
        steps: list[Callable[[], bool]] = [
            self.blank, self.fence, self.comment, self.definition, self.atx, self.rule, self.table, self.code,
            self.block_quote, self.underlined, self.bare_heading, self.items, self.indented,
        ]  # fmt: skip
        while self.at < len(self.lines):
            if not any(step() for step in steps):
                self.paragraph()
        return Scanned(tuple(self.blocks), tuple(self.marks), self.learnt)

    def line(self, at: int) -> str:
        return self.lines[at] if 0 <= at < len(self.lines) else ""

    def add(self, kind: str, end: int, level: int = 0) -> bool:
        text = "\n".join(self.lines[self.at : end])
        self.blocks.append(Block(kind, text, self.at + 1, end, level))  # type: ignore[arg-type]
        self.at = end
        return True

    def mark(self, kind: MarkKind, end: int, name: str = "", text: str = "") -> bool:
        self.marks.append(Mark(kind, name, text or "\n".join(self.lines[self.at : end]), self.at + 1, end))
        self.at = end
        return True

    def front(self) -> None:
        """What stands between two `---` at the start of a file is about the file."""
        if self.line(0).rstrip() != "---":
            return
        for end in range(1, min(len(self.lines), 200)):
            if self.lines[end].rstrip() in ("---", "..."):
                inside = self.lines[1:end]
                if any(re.match(r"[\w-]+:", line) for line in inside):
                    self.mark("front", end + 1, text="\n".join(inside))
                return

    def blank(self) -> bool:
        if self.line(self.at).strip():
            return False
        self.at += 1
        return True

    def fence(self) -> bool:
        found = _FENCE.match(self.line(self.at))
        if not found:
            return False
        fence = found["fence"]
        end = self.at + 1
        while end < len(self.lines):
            closing = self.lines[end].strip()
            end += 1
            if closing.startswith(fence) and not closing.strip(fence[0]):
                break
        return self.add("code", end)

    def comment(self) -> bool:
        if not self.line(self.at).lstrip().startswith("<!--"):
            return False
        end = self.at
        while end < len(self.lines) and "-->" not in self.lines[end]:
            end += 1
        if end == len(self.lines) or self.lines[end].split("-->", 1)[1].strip():
            return False
        return self.mark("comment", end + 1)

    def definition(self) -> bool:
        if found := _FOOTNOTE.match(self.line(self.at)):
            end = self.at + 1
            while end < len(self.lines) and self.lines[end].startswith(("  ", "\t")) and self.lines[end].strip():
                end += 1
            text = " ".join([found["text"].strip(), *(line.strip() for line in self.lines[self.at + 1 : end])])
            return self.mark("footnote", end, found["name"], text.strip() or " ")
        found = _REFERENCE.match(self.line(self.at))
        if found and re.match(r"<?(?:https?://|[./\w-]+\.\w{2,5}|#)\S*", found["text"]):
            return self.mark("reference", self.at + 1, found["name"].casefold(), found["text"])
        return False

    def atx(self) -> bool:
        found = _ATX.match(self.line(self.at))
        if not found or not found["text"].strip() or (len(found["marks"]) == 1 and self.comments_code()):
            return False
        return self.add("heading", self.at + 1, len(found["marks"]))

    def comments_code(self) -> bool:
        """Whether a line that starts with `#` belongs to code right below or above."""
        below = self.line(self.at + 1).strip()
        return bool(below) and code_run(self.lines, self.at) > self.at + 1

    def rule(self) -> bool:
        return bool(_RULE.match(self.line(self.at))) and self.mark("rule", self.at + 1)

    def table(self) -> bool:
        end = table_run(self.lines, self.at)
        return end > self.at and self.add("table", end)

    def code(self) -> bool:
        end = code_run(self.lines, self.at)
        if end == self.at or find_label(self.line(self.at), self.learnt):
            return False
        alone = end - self.at == 1 and not self.by_line
        if (
            alone
            and (self.line(end).strip() or self.line(self.at - 1).strip())
            and not self.line(self.at - 1).endswith(":")
        ):
            return False
        return self.add("code", end)

    def block_quote(self) -> bool:
        end = self.at
        while self.line(end).lstrip().startswith(">") and not self.line(end).lstrip().startswith(">>> "):
            end += 1
            if not self.line(end).lstrip().startswith(">") and self.names_speaker(end):
                end += 1
                break
            whole = "\n".join(self.lines[self.at : end]) if end - self.at < _MOST_LINES else ""
            if quotes.attributed(whole) and self.line(end).strip(" >—–-"):
                after = self.line(end).lstrip("> ")
                if after[:1] in '"“*' or not quotes.is_attribution(after):
                    break
        return end > self.at and self.add("quote", end)

    def names_speaker(self, at: int) -> bool:
        """Whether line `at`, right below a block quote in quotation marks, says who it is from."""
        above = "\n".join(self.lines[self.at : at]) if at - self.at < _MOST_LINES else ""
        return (
            bool(self.line(at).strip())
            and quotes.is_attribution(self.line(at), dashed=False)
            and quotes.is_quoted(quotes.unquoted(above))
        )

    def underlined(self) -> bool:
        """A heading of which the next line is an underline."""
        text, under = self.line(self.at).strip(), _UNDERLINE.match(self.line(self.at + 1))
        if (
            not under
            or len(text) > 100
            or text.startswith("![")
            or text.endswith((".", ",", ";"))
            or _ITEM.match(self.line(self.at))
        ):
            return False
        return self.add("heading", self.at + 2, 1 if under[1][0] == "=" else 2)

    def bare_heading(self) -> bool:
        """A short line of a text without Markdown that stands above longer ones."""
        line = self.line(self.at)
        if self.markdown or not self.looks_like_title(line):
            return False
        level = 1 if not self.blocks and not self.marks else 2
        return self.add("heading", self.at + 1, level)

    def looks_like_title(self, line: str) -> bool:
        text = line.strip()
        numbered = re.match(
            r"(?:\d{1,2}[.):]|[IVX]{1,4}[.)]|(?:Part|Chapter|Lesson|Section|Concept|Idea|Step)\s+\w+)\s*", text
        )
        bare = text[numbered.end() :].strip(" :—–-") if numbered else text
        if not bare or not (bare[0].isupper() or bare[0].isdigit() or bare[0] in '"“`'):
            return False
        if len(text) > _SHORT_TITLE or len(text.split()) > 11 or not re.search(r"[^\W\d_]{2}", text):
            return False
        if text.endswith((".", ",", ";", "!", "…")) or is_question_mark(text) or find_label(text, self.learnt):
            return False
        if quotes.is_quoted(self.line(self.at - 1)) and quotes.is_attribution(text, dashed=False):
            return False
        if quotes.is_quoted(text) or quotes.attributed(text) or (_ITEM.match(line) and not numbered):
            return False
        above, below = self.line(self.at - 1).strip(), self.line(self.at + 1).strip()
        parted = not above or (
            self.by_line and (above.endswith((".", "!", "?", '"', "”", ")", "|", ":")) or len(above) > 100)
        )
        if self.blocks and self.blocks[-1].last_line == self.at and self.blocks[-1].kind == "heading":
            parted = True
        after = next((each.strip() for each in self.lines[self.at + 1 : self.at + 20] if each.strip()), "")
        if numbered and _ITEM.match(line) and (_ITEM.match(after) or not parted):
            return False
        if not parted or not after or (text.endswith(":") and _ITEM.match(after)):
            return False
        if below and not self.by_line and len(below) < len(text):
            return False
        return (
            len(after) > len(text)
            or bool(find_label(after, self.learnt))
            or "|" in after
            or "\t" in after
            or self.is_short(after)
        )

    def is_short(self, text: str) -> bool:
        return len(text) <= _SHORT_TITLE and not text.endswith((".", ",", ";"))

    def items(self) -> bool:
        """A list; an item that is labelled, or quotes somebody, is a block of its own."""
        found = _ITEM.match(self.line(self.at))
        if not found or self.is_own(self.line(self.at)):
            return False
        end = self.at + 1
        while end < len(self.lines):
            line = self.lines[end]
            if not line.strip():
                after = next((each for each in self.lines[end : end + 20] if each.strip()), "")
                deeper = after.startswith((found["lead"] + "  ", "\t"))
                if (
                    not (_ITEM.match(after) or deeper)
                    or self.is_own(after)
                    or _RULE.match(after)
                    or not self.line(end + 1).strip()
                ):
                    break
            elif (
                self.starts_other(end)
                or self.is_own(line)
                or (
                    not _ITEM.match(line)
                    and not line[:1].isspace()
                    and (self.by_line or self.line(end - 1).rstrip().endswith("."))
                )
            ):
                break
            end += 1
        return self.add("list", end)

    def is_own(self, line: str) -> bool:
        return bool(find_label(line, self.learnt) or quotes.attributed(line) or is_question_mark(line))

    def indented(self) -> bool:
        """Code that Markdown marks by four blanks, below a blank line."""
        if not self.markdown or not self.line(self.at).startswith(("    ", "\t")) or self.line(self.at - 1).strip():
            return False
        end = self.at
        while end < len(self.lines) and (self.lines[end].startswith(("    ", "\t")) or not self.lines[end].strip()):
            end += 1
        while not self.lines[end - 1].strip():
            end -= 1
        return self.add("code", end)

    def paragraph(self) -> None:
        start, end = self.at, self.at + 1
        while end < len(self.lines) and not self.ends_before(start, end):
            end += 1
        pieces = split_glued(self.lines[start], self.learnt) if end == start + 1 else ["\n".join(self.lines[start:end])]
        if end > start + 1:
            pieces = list(self.cut(start, end))
        line = start + 1
        for piece in pieces:
            count = piece.count("\n")
            if piece.strip():
                self.blocks.append(Block("paragraph", piece, line, line + count))
            line += count + (1 if piece.endswith("\n") else 0) - (1 if piece.endswith("\n") else 0)
        self.at = end

    def cut(self, start: int, end: int) -> Iterator[str]:
        """A wrapped paragraph in pieces at the labels glued within its lines."""
        piece = ""
        for line in self.lines[start:end]:
            first, *more = split_glued(line, self.learnt)
            piece += ("\n" if piece else "") + first
            for each in more:
                yield piece
                piece = each
        yield piece

    def ends_before(self, start: int, at: int) -> bool:
        """Whether the paragraph from `start` is over when line `at` (an index) begins."""
        line = self.lines[at]
        if not line.strip() or self.starts_other(at) or find_label(line, self.learnt) or is_question_mark(line):
            return True
        above = "\n".join(self.lines[start:at]) if at - start < _MOST_LINES else ""
        if quotes.is_quoted(above) and quotes.is_attribution(line, dashed=False):
            return False
        if _is_label_alone(self.lines[at - 1], self.learnt) and at - start == 1 and self.by_line:
            return True
        if quotes.attributed(above) and not line[:1].islower():
            return True
        if self.markdown:
            return False
        return self.by_line or not self.is_wrapped(at)

    def starts_other(self, at: int) -> bool:
        line = self.lines[at]
        if _FENCE.match(line) or _FOOTNOTE.match(line) or line.lstrip().startswith(("> ", "<!--")):
            return True
        if _ATX.match(line) and line.lstrip().startswith("#"):
            return True
        if table_run(self.lines, at) > at or (_RULE.match(line) and not _UNDERLINE.match(line)):
            return True
        if _ITEM.match(line) and not re.match(r"\s*\(?\d", line):
            return True
        if re.match(r"\s*\(?1[.)]\s", line):
            return True
        run = code_run(self.lines, at)
        return run > at + 1 or (run > at and self.by_line)

    def is_wrapped(self, at: int) -> bool:
        """Whether the line above `at` is full, so that this one goes on."""
        above, line = self.lines[at - 1].rstrip(), self.lines[at].strip()
        room = self.width - len(above) - 1
        full = len(line.split()[0]) > room - 14
        return full or line[:1].islower() or not re.search(r"[.!?:\"”)]$", above)


def _is_label_alone(line: str, learnt: frozenset[str]) -> bool:
    label = find_label(line, learnt)
    return label is not None and not label.rest
