"""HTML as a stream of tags and text, in linear time. Knows nothing of what tags mean.

The standard library's HTMLParser needs a minute for 48 kB of `<a <a <a …` (3.11), and differs between patch releases;
a card from a stranger must not hang the terminal. One regular expression with possessive quantifiers never goes back.
A tag that is still open where the text ends was no tag: it is shown as written.
"""

import re
from collections.abc import Iterator

from srs.values import frozen


@frozen
class Tag:
    """`<name …>` or, if `closes`, `</name>`. The name is lower case; the attributes are as written."""

    name: str
    closes: bool
    written: str

    def attributes(self) -> dict[str, str]:
        """The attributes, names in lower case, entities decoded; the first of equals counts."""
        found: dict[str, str] = {}
        for name, double, single, bare in re.findall(_ATTRIBUTE, self.written):
            found.setdefault(name.lower(), decoded(double or single or bare))
        return found


_MARKUP = re.compile(
    r"""<!--(?:-?>|.*?(?:--!?>|\Z))"""
    r"""|<(/?)([A-Za-z][^\s/>]*+)((?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|(?!["'])))*+)(>|\Z)"""
    r"""|<[!?/][^>]*+(>|\Z)""",
    re.DOTALL,
)
_ATTRIBUTE = (
    r"""([^\s=/>"'][^\s=/>]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++)))?"""  # compiled when asked for
)
_UNSEEN = frozenset(("style", "script"))
_OURS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "#x27": "'", "#123": "{", "#125": "}"}  # in faces we made


def tokens(html: str) -> Iterator[Tag | str]:
    """Tags and runs of decoded text, in order. Comments, declarations, styles and scripts are left out."""
    position = 0
    while match := _MARKUP.search(html, position):
        if match.start() > position:
            yield decoded(html[position : match.start()])
        position = match.end()
        slash, name, written, tag_end, other_end = match.groups()
        if tag_end == "" or other_end == "":
            yield decoded(match[0])
        elif name:
            tag = Tag(name.lower(), bool(slash), written)
            if tag.name in _UNSEEN and not slash:
                position = _after(html, tag.name, position)
            else:
                yield tag
    if position < len(html):
        yield decoded(html[position:])


def _after(html: str, name: str, position: int) -> int:
    """Where the unseen element `name` ends."""
    end = re.compile(f"</{name}[^>]*+>", re.IGNORECASE).search(html, position)
    return end.end() if end else len(html)


def decoded(text: str) -> str:
    """`text` with its character references replaced."""
    first, *rest = text.split("&")
    decoded_so_far = [first]
    for piece in rest:
        name, ended, after = piece.partition(";")
        if not ended or name not in _OURS:
            return _decoded_by_table(text)
        decoded_so_far += _OURS[name], after
    return "".join(decoded_so_far)


def _decoded_by_table(text: str) -> str:
    import html  # two thousand names: the first card seldom needs them

    try:
        return html.unescape(text)
    except ValueError:  # a number of thousands of digits
        return text
