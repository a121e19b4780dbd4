"""A part of a lesson as a page: its text, what was picked from it, what that costs. Knows no walk and no files."""

from collections.abc import Sequence

from srs.cards.faces import withheld
from srs.cli.picking import Picking
from srs.cli.terminal import walkkeys
from srs.cli.terminal.desk import Desk
from srs.cli.terminal.safe import visible
from srs.cli.terminal.screen import Page, head
from srs.cli.terminal.style import Span
from srs.cli.terminal.walkkeys import Key
from srs.cli.terminal.width import wrap
from srs.study.reading import Pick, Showing
from srs.values import replace
from srs.words import plural

SHARED = ("undo", "help", "quit")
_ASIDE = ("code", "row", "table")  # kept line by line, not told from prose by their look


def keys_of(showing: Showing) -> list[Key]:
    """The keys that mean something for this part."""
    picked = "take out" if showing.own else "highlight"
    here = [
        Key("h", "highlight", picked, "highlight it: it becomes a draft; again: take that out"),
        Key("c", "card", "card now", "make a card of it now: a question, an answer"),
        Key("?", "doubt", "no doubt" if showing.doubted else "doubt", "mark it as doubted; again: take that off"),
    ]
    if showing.part.section:
        word = "no section" if showing.section else "section"
        here.append(Key("s", "section", word, "draft the whole section as one note; again: take that out"))
    return [
        *here,
        Key("space", "next", "next", "the next part; so do enter, n and →"),
        Key("b", "back", "back", "the part before; so does ←"),
        Key("u", "undo", "undo", "take back what was done last, again and again"),
        Key("g", "first", "", "the beginning of the lesson"),
        Key(walkkeys.HELP, "help", "keys", "these keys"),
        Key("q", "quit", "ends", "end; so do Ctrl-C and Ctrl-D"),
    ]


class ReadPages:
    """The pages of one reading."""

    def __init__(self, picking: Picking, desk: Desk) -> None:
        self._picking = picking
        self._prefs = desk.prefs
        self._screen = desk.screen

    def page(self, stray: bool) -> Page:
        """The part that is shown, over its keys."""
        showing, screen = self._picking.showing, self._screen
        part = showing.part
        left = [under for under in (self._picking.title, part.under) if under]
        top = head(list(dict.fromkeys(left)), f"{showing.number} of {showing.count}", screen.columns, screen.colours)
        body = [*self._text(showing), *self._picks(showing), *self._offer(showing)]
        here = keys_of(showing)
        foot = [
            *screen.text(self._so_far(), "muted"), "",
            *walkkeys.foot(here, self._prefs, SHARED, screen),
        ]  # fmt: skip
        page = Page(top, body, foot)
        if not stray:
            return page
        help_ = walkkeys.key_of("help", here, self._prefs, SHARED)
        told = f"That key means nothing here; {help_} shows all keys.", f"{help_} shows all keys."
        return replace(page, foot=screen.instead(foot, *told))

    def _so_far(self) -> str:
        """What was picked, on one line where that can be."""
        said = self._picking.so_far()
        return said if len(said) <= self._screen.columns else said.removeprefix("Picked: ").replace("about ", "")

    def _text(self, showing: Showing) -> list[str]:
        """The text, with a bar beside it where it was picked."""
        part, screen = showing.part, self._screen
        sign = "▌ " if showing.own or showing.section else "  "
        style = ("warning",) if showing.doubted else ("good",) if sign.strip() else ()
        room = max(8, screen.columns - 2)
        found = []
        for line in part.text.split("\n"):
            indent = len(line) - len(line.lstrip(" ")) if part.kind in _ASIDE else 0
            styles = ("code",) if part.kind == "code" else ("heading",) if part.kind == "heading" else ()
            for wrapped in wrap([Span(visible(line.strip().expandtabs(4)), styles)], max(8, room - indent)):
                found.append(screen.colours.line((Span(sign, style), Span(" " * indent), *wrapped)))
        return found

    def _picks(self, showing: Showing) -> list[str]:
        """What comes from this part already."""
        from_here = showing.picks
        picks = list(from_here)
        if showing.section and showing.section not in picks:
            picks.append(showing.section)
        lines = [""] if picks else []
        for pick in picks:
            lines += self._screen.text(pick_said(pick), "muted")
        return lines

    def _offer(self, showing: Showing) -> list[str]:
        """What else could be drafted of it."""
        part, lines = showing.part, list[str]()
        if part.inner and not showing.own:
            cards = sum(each.cards for each in part.inner)
            kinds = _kinds([each.type for each in part.inner])
            lines += self._screen.text(f"h drafts {kinds}: {self._price(cards)}.", "muted")
        if part.section and not showing.section:
            section = part.section
            name = " ".join(section.text.split())
            what = f"s drafts lines {section.first} to {section.last} as a {section.type}"
            lines += self._screen.text(f"{what}, “{_short(name)}”: {self._price(section.cards)}.", "muted")
        return ["", *lines] if lines else []

    def _price(self, cards: int) -> str:
        return f"{plural(cards, 'card')}, {self._picking.minutes(cards)}"


def pick_said(pick: Pick) -> str:
    """A note that comes from a part, in a line."""
    doubted = ", doubted" if pick.doubted else ""
    if pick.unasked:
        return f"Highlighted: a draft that wants a question{doubted}."
    cards = plural(pick.cards, "card") if pick.cards else "no card yet"
    if withheld(pick.note):
        cards += ", once it is verified"
    kind = "Draft" if pick.note.draft else "Card" if pick.cards == 1 else "Cards"
    return f"{kind}: {_short(' '.join(pick.text.split()))} ({cards}{doubted})"


def _short(text: str) -> str:
    return text if len(text) <= 50 else f"{text[:50].rstrip()}…"


def _kinds(types: Sequence[str]) -> str:
    """`a quote and 2 questions`."""
    names = {"basic": "question", "both": "term", "typed": "typed answer"}
    counts = {kind: types.count(kind) for kind in dict.fromkeys(types)}
    return " and ".join(plural(count, names.get(kind, kind)) for kind, count in counts.items())
