"""What a piece of text means (heading, cloze, good, …) and the SGR codes that show it. Knows nothing of HTML or cards.

Only the sixteen theme colours are used, so that light and dark themes both work, and no meaning hangs on red against
green: the four ratings differ in hue along blue–yellow as well as in brightness, and are always written as words too.
"""

from collections.abc import Iterable, Mapping
from typing import TextIO

from srs.values import frozen


@frozen
class Span:
    """A run of text and the names of the styles on it, outermost first. The text is already safe to print."""

    text: str
    styles: tuple[str, ...] = ()


Line = tuple[Span, ...]

BOLD, DIM, ITALIC, UNDERLINE, REVERSE, STRIKE = "1", "2", "3", "4", "7", "9"

# style -> (attributes, colour). Dim instead of "bright black" for muted: some themes paint that as the background.
STYLES: dict[str, tuple[str, str]] = {
    "bold": (BOLD, ""),
    "dim": (DIM, ""),
    "italic": (ITALIC, ""),
    "underline": (UNDERLINE, ""),
    "strike": (STRIKE, ""),
    "reverse": (REVERSE, ""),
    "muted": (DIM, ""),
    "heading": (BOLD, ""),
    "answer": (BOLD, ""),
    "cloze": (f"{BOLD};{UNDERLINE}", "36"),
    "type": (BOLD, ""),
    "code": ("", "36"),
    "math": ("", "36"),
    "link": (UNDERLINE, ""),
    "picture": (DIM, ""),
    "again": (BOLD, "35"),
    "hard": ("", "33"),
    "good": ("", "36"),
    "easy": ("", "94"),
    "error": (BOLD, "35"),
    "warning": ("", "33"),
    "key": (BOLD, ""),
    # code, after Pygments' short classes
    "keyword": ("", "35"),
    "string": ("", "33"),
    "comment": (DIM, ""),
    "number": ("", "36"),
    "name": (BOLD, ""),
    "builtin": ("", "36"),
    "inserted": ("", "36"),
    "deleted": ("", "35"),
}

_PYGMENTS = {
    "gd": "deleted",
    "gi": "inserted",
    "gh": "name",
    "gu": "name",
    "nb": "builtin",
    "bp": "builtin",
    "nc": "name",
    "nd": "builtin",
    "ne": "builtin",
    "nf": "name",
    "fm": "name",
    "nt": "keyword",
    "ow": "keyword",
    "k": "keyword",
    "s": "string",
    "l": "string",
    "c": "comment",
    "m": "number",
    "il": "number",
    "ld": "string",
}


def code_style(css_class: str) -> str | None:
    """The style of a Pygments short class (`k`, `s2`, `c1`, `nf`, …), or None where it stays plain."""
    return _PYGMENTS.get(css_class) or (_PYGMENTS.get(css_class[0]) if 0 < len(css_class) <= 2 else None)


@frozen
class Palette:
    """What this terminal may be sent: colours, and attributes such as bold and underline."""

    colours: bool
    attributes: bool

    def paint(self, text: str, *styles: str) -> str:
        """`text` between the codes of `styles` and a reset; `text` itself where there is nothing to send."""
        codes = self._codes(styles)
        return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text

    def line(self, spans: Iterable[Span]) -> str:
        """One printable line; every style ends on it, so lines can be cut, repeated and scrolled apart."""
        parts: list[str] = []
        now = ""
        for span in spans:
            if not span.text:
                continue
            codes = self._codes(span.styles)
            if codes != now:
                parts.append(f"\x1b[0;{codes}m" if codes and now else f"\x1b[{codes or 0}m")
                now = codes
            parts.append(span.text)
        if now:
            parts.append("\x1b[0m")
        return "".join(parts)

    def _codes(self, styles: Iterable[str]) -> str:
        if not self.attributes:
            return ""
        attributes: list[str] = []
        colour = ""
        for style in styles:
            attribute, hue = STYLES.get(style, ("", ""))
            if attribute and attribute not in attributes:
                attributes.append(attribute)
            colour = hue or colour
        if colour and self.colours:
            attributes.append(colour)
        return ";".join(attributes)


PLAIN = Palette(colours=False, attributes=False)


def palette(stream: TextIO, environ: Mapping[str, str]) -> Palette:
    """What `stream` may be sent: nothing where it is no terminal or a dumb one, no colours where NO_COLOR is set."""
    if not stream.isatty() or environ.get("TERM", "dumb") in ("", "dumb"):
        return PLAIN
    return Palette(colours=not environ.get("NO_COLOR"), attributes=True)
