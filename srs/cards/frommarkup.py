"""The HTML of a field, edited in Anki, back to the text it was made of. Knows nothing of notes, packages or YAML.

A text that says what it said stays byte for byte as it was written, and so does each of its blocks that was not edited.
In a block that was, the words that changed are changed where they stand; where that is not possible the block is
written anew. Whatever comes out is made HTML again and compared with what Anki has: a text that would say anything else
is not given. What Markdown has no signs for (colour, say) is left out, and told.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from srs.cards import markdown, markup
from srs.cards.document import Block, Code, Document, Paragraph
from srs.cards.fromhtml import normal, plain_text, read
from srs.cards.notetype import FieldKind
from srs.cards.patch import opcodes, patched
from srs.values import frozen

LONGEST = 100_000
"""Characters of HTML that are read; a field of more was hardly written by hand."""


@frozen
class Edited:
    """The text after an edit, or why there is none. `dropped`: what Anki's version has and the text has not."""

    text: str | None
    dropped: tuple[str, ...] = ()
    refused: str = ""


def edited_text(written: str, html: str, kind: FieldKind, *, cloze: bool = True) -> Edited:
    """The text of which `markup.to_html` makes what `html` says, `written` being the one that it was made of.

    `html` names media as `written` does. `cloze`: whether markers in the text mean anything.
    """
    if kind == "html":
        return Edited(html)
    exported = markup.to_html(written, kind, cloze=cloze)
    if html == exported:
        return Edited(written)
    if len(html) > LONGEST:
        return Edited(None, refused=f"it is longer than {LONGEST:,} characters")
    html = with_line_ends(exported, html)
    if kind in ("text", "date", "choice"):
        return _as_plain_text(written, exported, html, kind)
    ours, theirs = read(exported), read(html)
    dropped = tuple(sorted(theirs.dropped - ours.dropped))
    if theirs.blocks == ours.blocks:
        return Edited(written, dropped, theirs.refused)
    if theirs.refused:
        return Edited(None, refused=theirs.refused)
    if not theirs.blocks:
        return Edited("", dropped)
    made = _as_code(written, exported, html, theirs) if kind == "code" else None
    if made is not None:
        return Edited(made, dropped)
    return _Alignment(written, theirs, kind, cloze).edited(dropped)


def says_the_same(one: str, other: str, kind: FieldKind) -> bool:
    """Whether two HTML texts of a field say the same, however they are written and decorated."""
    if one == other or kind == "html":
        return one == other
    other = with_line_ends(one, other)
    if kind in ("text", "date", "choice"):
        return plain_text(one) == plain_text(other) and _addresses(one) == _addresses(other)
    return read(one).blocks == read(other).blocks


_LINE_END = re.compile(r"(\n|<br\s*/?>)", re.IGNORECASE)
_SEGMENTS = 3_000


def with_line_ends(exported: str, edited: str) -> str:
    """What was edited with the line ends of what was exported.

    AnkiDroid shows `<br>` as a line end and saves every line end as `<br>`, in every field of a note that is edited.
    """
    if "\n" not in exported or "\n" in edited:
        return edited
    before, after = _LINE_END.split(exported), _LINE_END.split(edited)
    ends = after[1::2]
    for kind, i1, i2, j1, j2 in opcodes(before[::2], after[::2], _SEGMENTS) or ():
        if kind == "equal" or (kind == "replace" and i2 - i1 == j2 - j1):
            ends[j1:j2] = before[1::2][i1:i2][: len(ends[j1:j2])]
        elif kind == "replace" and i2 < len(before[::2]) and j2 - 1 < len(ends):
            broken = i2 - i1 > 1 and not before[::2][i2 - 1]  # `<br />` and a line end behind it, as Markdown writes it
            ends[j2 - 1] = "".join(before[1::2][i2 - 1 - broken : i2])
    return "".join(part for pair in zip(after[::2], [*ends, ""], strict=False) for part in pair)


# Fields without Markdown


def _as_plain_text(written: str, exported: str, html: str, kind: FieldKind) -> Edited:
    document = read(html)
    old, new = plain_text(exported), plain_text(html)
    if document.refused:
        return Edited(written if old == new else None, refused=document.refused)
    dropped = set(document.dropped)
    if any(run.strong or run.em for block in document.blocks if isinstance(block, Paragraph) for run in block.runs):
        dropped.add("bold or italics")
    if old == new:
        links = _addresses(html)
        if links and links != _addresses(exported) and old in _addresses(exported):
            new = links[0]  # the address behind a text that is the address
        else:
            return Edited(written, tuple(sorted(dropped)))
    if kind in ("date", "choice"):
        new = new.strip()
    for text in (patched(old, new, written), new):
        if text is not None and plain_text(markup.to_html(text, kind)) == new:
            return Edited(text, tuple(sorted(dropped)))
    return Edited(None, refused="its text cannot be written in this field")


def _addresses(html: str) -> list[str]:
    return [run.href for block in read(html).blocks if isinstance(block, Paragraph) for run in block.runs if run.href]


def _as_code(written: str, exported: str, html: str, theirs: Document) -> str | None:
    """The text of a code field that holds nothing but code; None where it holds something else."""
    ours = read(exported).blocks
    old = ours[0].text if len(ours) == 1 and isinstance(ours[0], Code) else ""
    if len(theirs.blocks) == 1 and isinstance(theirs.blocks[0], Code):
        new = theirs.blocks[0].text
    elif "<pre" not in html.lower() and all(_is_plain(block) for block in theirs.blocks):
        new = plain_text(html)
    else:
        return None
    for text in (patched(old, new, written), new):
        if text is not None and read(markup.to_html(text, "code")).blocks == (Code(new),):
            return text
    return None


def _is_plain(block: Block) -> bool:
    return isinstance(block, Paragraph) and all(run.kind in ("text", "break") for run in block.runs)


# Markdown


@dataclass(slots=True)
class _Piece:
    """Blocks of the text as they are written, `gap` being what stands between them and those before.

    `blocks` is what they say. `new` is None where they are to stay, else what they are to say.
    """

    gap: str
    text: str
    blocks: tuple[Block, ...]
    new: tuple[Block, ...] | None = None


class _Alignment:
    """The blocks of a text beside those that it is to have."""

    def __init__(self, written: str, theirs: Document, kind: FieldKind, cloze: bool) -> None:
        self.written, self.kind, self.cloze = written, kind, cloze
        self.theirs = theirs.blocks
        self.pieces: list[_Piece] = []
        self.tail = ""
        self.links = ""

    def edited(self, dropped: tuple[str, ...]) -> Edited:
        for emphasis in (True, False):
            if not emphasis:
                plain = markdown.without_emphasis(self.theirs)
                if plain == self.theirs:
                    break
                self.theirs = plain
                dropped = (*dropped, "bold or italics where Markdown has no signs for them")
            for text in self.candidates():
                if self.blocks_of(text, self.kind) == self.theirs:
                    return Edited(text, dropped)
        return Edited(None, refused="its text cannot be written in Markdown without changing it")

    def candidates(self) -> Iterator[str]:
        if self.take_apart():
            self.align()
            yield self.together(wide=False)
            yield self.together(wide=True)
        yield markdown.to_markdown(self.theirs)
        yield markdown.to_markdown(self.theirs, "heavy")

    def blocks_of(self, text: str, kind: FieldKind) -> tuple[Block, ...]:
        return read(markup.to_html(text, kind, cloze=self.cloze)).blocks

    def take_apart(self) -> bool:
        """Make pieces of the text; False where it is no Markdown."""
        parts = markup.parts(self.written, cloze=self.cloze)
        if parts is None:
            return False
        lines = re.findall(r"[^\n]*\n|[^\n]+", self.written)
        self.pieces, at, links = [], 0, []
        for start, end, html in parts:
            while end > start and not lines[end - 1].strip():
                end -= 1
            blocks = read(html).blocks
            if not blocks:
                continue
            gap = "".join(lines[at:start])
            links.append(gap.strip())
            self.pieces.append(_Piece(gap, "".join(lines[start:end]), blocks))
            at = end
        self.tail = "".join(lines[at:])
        self.links = "\n\n".join(filter(None, [*links, self.tail.strip()]))
        if self.pieces and self.pieces[-1].text.endswith("\n"):
            self.pieces[-1].text = self.pieces[-1].text[:-1]
            self.tail = "\n" + self.tail
        return True

    def align(self) -> None:
        """Say of each piece what becomes of it; pieces that change into a different number of blocks become one."""
        flat = [(number, block) for number, piece in enumerate(self.pieces) for block in piece.blocks]
        partner = _partners([block for _, block in flat], self.theirs)
        first: dict[int, int] = {}
        for at, (number, _) in enumerate(flat):
            first.setdefault(number, at)
        made: list[_Piece] = []
        pending: list[_Piece] = []
        done = 0
        for number, piece in enumerate(self.pieces):
            places = [partner.get(first[number] + n) for n in range(len(piece.blocks))]
            start = places[0]
            if start is None or places != list(range(start, start + len(places))) or start < done:
                pending.append(piece)
                continue
            made += self.changed(pending, self.theirs[done:start])
            pending, done = [], start + len(places)
            made.append(piece)
        self.pieces = made + self.changed(pending, self.theirs[done:])

    def changed(self, pieces: list[_Piece], blocks: tuple[Block, ...]) -> list[_Piece]:
        """What becomes of neighbouring pieces that are to say these blocks."""
        if len(pieces) == len(blocks):
            return [_Piece(old.gap, old.text, old.blocks, (new,)) for old, new in zip(pieces, blocks, strict=True)]
        if not blocks:  # what the gaps say of links stays
            return [_Piece(old.gap, "", (), ()) for old in pieces]
        text = "".join(old.gap + old.text for old in pieces)[len(pieces[0].gap) :] if pieces else ""
        said = tuple(block for old in pieces for block in old.blocks)
        return [_Piece(pieces[0].gap if pieces else "", text, said, blocks)]

    def together(self, wide: bool) -> str:
        """The text of all pieces; `wide`: with an empty line around each that changed."""
        out = ""
        for at, piece in enumerate(self.pieces):
            text = piece.text if piece.new is None else self.text_of(piece)
            gap = piece.gap
            if piece.new == ():
                out += gap if gap.strip() else ""
                continue
            added = piece.new is not None and not piece.blocks
            around = [each for each in self.pieces[max(0, at - 1) : at + 1] if each.new is not None]
            if at and (added or (around and wide) or not _ends_line(out)):
                out, gap = out.rstrip("\n"), "\n\n" + gap.lstrip("\n")
            if not out.strip() and at:
                out, gap = out.strip("\n"), gap.lstrip("\n")
            out += gap + text
        return out + (self.tail if self.tail.strip() or out.strip() else "")

    def text_of(self, piece: _Piece) -> str:
        """What a piece is to say, as far as possible in the words and signs in which it stands."""
        new = piece.new or ()
        line_end = "\n" if piece.text.endswith("\n") else ""
        language = _language(piece.text) if len(piece.blocks) == 1 and isinstance(piece.blocks[0], Code) else ""
        ways: list[Callable[[], str | None]] = [
            lambda: self.patch(piece, new),
            lambda: markdown.to_markdown(new, language=language),
            lambda: markdown.to_markdown(new, "heavy", language),
        ]
        for way in ways:
            text = way()
            if text is not None and self.blocks_of(f"{text}\n\n{self.links}", "markdown") == new:
                return text.rstrip("\n") + line_end
        return markdown.to_markdown(new, language=language) + line_end

    def patch(self, piece: _Piece, new: Sequence[Block]) -> str | None:
        if not piece.blocks:
            return None
        if len(piece.blocks) == len(new) == 1 and isinstance(piece.blocks[0], Code) and isinstance(new[0], Code):
            return patched(piece.blocks[0].text, new[0].text, piece.text.rstrip("\n"))
        return patched(
            normal(markdown.to_markdown(piece.blocks)), normal(markdown.to_markdown(new)), piece.text.rstrip("\n")
        )


def _partners(ours: Sequence[Block], theirs: Sequence[Block]) -> dict[int, int]:
    """Which of theirs each of ours is, by place, in order."""
    found = opcodes(ours, theirs, _SEGMENTS) or ()
    return {i1 + n: j1 + n for kind, i1, i2, j1, _ in found if kind == "equal" for n in range(i2 - i1)}


def _ends_line(text: str) -> bool:
    return not text or text.endswith("\n")


def _language(text: str) -> str:
    """What a fence says of its code."""
    found = re.match(r" {0,3}(?:`{3,}|~{3,})[ \t]*([^\n`]*)", text)
    return found[1].strip() if found else ""
