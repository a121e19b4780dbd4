"""What a text of a lesson refers to elsewhere in it: footnotes and link definitions put where they are used."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from srs.importers.lesson.blocks import Mark

_FOOTNOTE = re.compile(r"\s?\[\^([^\]\s]+)\](?!:)")
_LINK = re.compile(r"(?P<bang>!?)\[(?P<text>[^\[\]]+)\](?:\[(?P<name>[^\[\]]*)\]|(?![\[(:]))")
_PICTURE = re.compile(r"!\[[^\]]*\]\(\s*<?(?P<target>[^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_CODE = re.compile(r"(`+)(?:.(?!\1))*.\1|(?ms:^\s*(```+|~~~+).*?^\s*\2\s*$)")


class References:
    """The footnotes and link definitions of a lesson, and which of them were used."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self.marks = [mark for mark in marks if mark.kind in ("footnote", "reference")]
        # Of two with one name, the first counts.
        self.footnotes = {mark.name: mark for mark in reversed(self.marks) if mark.kind == "footnote"}
        self.links = {mark.name: mark for mark in reversed(self.marks) if mark.kind == "reference"}
        self.used: set[int] = set()

    def resolve(self, text: str) -> tuple[str, list[str]]:
        """The text without signs of footnotes and with whole links; and what its footnotes say."""
        notes: list[str] = []

        def footnote(found: re.Match[str]) -> str:
            mark = self.footnotes.get(found[1])
            if mark is None:
                return found[0]
            self.used.add(mark.first_line)
            notes.append(self.resolve_links(mark.text.strip()))
            return ""

        text = _outside_code(text, lambda piece: _FOOTNOTE.sub(footnote, piece)) if self.footnotes else text
        return self.resolve_links(text), [note for note in notes if note]

    def resolve_links(self, text: str) -> str:
        def link(found: re.Match[str]) -> str:
            mark = self.links.get((found["name"] or found["text"]).casefold())
            if mark is None:
                return found[0]
            self.used.add(mark.first_line)
            return f"{found['bang']}[{found['text']}]({mark.text.split()[0].strip('<>')})"

        return _outside_code(text, lambda piece: _LINK.sub(link, piece)) if self.links else text

    def unused(self) -> Iterator[Mark]:
        """Definitions that nothing referred to."""
        return (mark for mark in self.marks if mark.first_line not in self.used)


def pictures_in(text: str) -> list[str]:
    """What the pictures of a Markdown text are called, those of the web left out."""
    found = [match["target"] for match in _PICTURE.finditer(text)]
    return [target for target in found if not re.match(r"(?:https?|data|ftp):", target, re.IGNORECASE)]


def with_pictures(text: str, names: Mapping[str, str]) -> str:
    """The text with its pictures called by other names."""

    def renamed(found: re.Match[str]) -> str:
        new = names.get(found["target"])
        return found[0].replace(found["target"], new) if new else found[0]

    return _PICTURE.sub(renamed, text)


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    parts, start = [], 0
    for code in _CODE.finditer(text):
        parts += [change(text[start : code.start()]), code[0]]
        start = code.end()
    return "".join([*parts, change(text[start:])])
