"""Which pictures Anki has made of the LaTeX in a field, by name. Knows no files, and makes no pictures.

Anki for the desktop draws what stands in `[latex]…[/latex]`, `[$]…[/$]` and `[$$]…[/$$]` as `latex-<SHA-1>.png`, or
`.svg` where the note type says so, and the phones show what it drew. The hash is that of the LaTeX without its HTML.
The names are only a guess at what may lie in a folder: whatever is not there, Anki draws anew.
"""

import hashlib
import html
import re
from collections.abc import Iterator

from srs.cards import cloze

_FORMS = (("latex", "{}"), ("$", "${}$"), ("$$", r"\begin{{displaymath}}{}\end{{displaymath}}"))
_MARKS = [
    (re.compile(rf"\[{re.escape(name)}\]", re.IGNORECASE), re.compile(rf"\[/{re.escape(name)}\]", re.IGNORECASE), form)
    for name, form in _FORMS
]
_BREAK = re.compile(r"<br/?>|<div>", re.IGNORECASE)  # a `<br />` is a tag like others to Anki
_TAG = re.compile(r"<[^<>]*>")


def pictures(text: str, svg: bool) -> set[str]:
    """The names of the pictures for a field's HTML, also for LaTeX in which something is hidden on a card."""
    if "[/" not in text:
        return set()
    ending = "svg" if svg else "png"
    texts = [text]
    for number in cloze.numbers(text):
        texts += [cloze.front(text, number).replace("[…]", "[...]"), cloze.back(text, number)]
    return {
        f"latex-{hashlib.sha1(latex.encode('utf-8', 'surrogatepass'), usedforsecurity=False).hexdigest()}.{ending}"
        for each in texts
        for latex in _latex(each)
    }


def _latex(text: str) -> Iterator[str]:
    for opening, closing, form in _MARKS:
        position = 0
        while (start := opening.search(text, position)) and (end := closing.search(text, start.end() + 1)):
            yield _bare(form.format(text[start.end() : end.start()]))
            position = end.end()


def _bare(markup: str) -> str:
    text = _TAG.sub("", _BREAK.sub("\n", markup))
    return html.unescape(text).replace("\xa0", " ") if "&" in text else text
