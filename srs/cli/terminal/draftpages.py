"""A draft as a page: what it would be and cost, its card or its fields, where it is from. Knows no walk."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from srs.cli import asides
from srs.cli.settling import Settling
from srs.cli.terminal import walkkeys
from srs.cli.terminal.desk import Desk
from srs.cli.terminal.safe import visible
from srs.cli.terminal.screen import Page, head
from srs.cli.terminal.style import Span
from srs.cli.terminal.walkkeys import Key
from srs.cli.terminal.width import wrap
from srs.errors import SrsError
from srs.study.drafting import Showing
from srs.study.reading import nearby
from srs.values import replace
from srs.words import plural

if TYPE_CHECKING:
    from srs.cards.note import Note

SHARED = ("edit", "skip", "undo", "source", "help", "quit")


def keys_of(showing: Showing) -> list[Key]:
    """The keys that mean something for this draft."""
    edit = Key("e", "edit", "edit", "edit it in your editor, and see it again as edited")
    always = [
        Key("n", "skip", "next", "the next one; this one stays a draft"),
        Key("u", "undo", "undo", "take back what was done last in this walk, again and again"),
        Key("o", "source", "", "the text or the page that it comes from"),
        Key(walkkeys.HELP, "help", "keys", "these keys"),
        Key("q", "quit", "ends", "end; so do Ctrl-C and Ctrl-D"),
    ]
    if showing.problem:
        return [edit, *always]
    word = "no doubt" if showing.doubted else "doubt"
    common = [
        edit,
        Key("p", "split", "split", "write smaller questions in your editor"),
        Key("?", "doubt", word, "tag it as doubted; again: take that off"),
        Key("d", "drop", "drop", "take it out of its file"),
        *always,
    ]
    if showing.unverified:
        return [
            Key("v", "verified", "verified", "you compared it with its source: verbatim, and kept"),
            Key("r", "paraphrase", "paraphrase", "the sense in other words: so called, and kept"),
            *common,
            Key("k", "keep", "", "keep it, once it is compared"),
        ]
    if showing.unasked:
        return [
            Key("c", "card", "write its question", "give it a question and an answer, and keep it"),
            *common,
            Key("k", "keep", "", "keep it, once it has a question"),
        ]
    return [Key("k", "keep", "keep", "keep it: its cards come up in the reviews"), *common]


class DraftPages:
    """The pages of one walk."""

    def __init__(self, settling: Settling, desk: Desk) -> None:
        self._settling = settling
        self._desk = desk
        self._screen = desk.screen
        self._faces = desk.faces()

    def page(self, stray: bool) -> Page:
        """The draft that is shown, over its keys."""
        showing, screen = self._settling.showing, self._screen
        named = Path(showing.note.origin or showing.note.id).name if showing.unasked else showing.note.id
        left = [named, showing.note.deck]
        top = head(left, f"{showing.number} of {showing.count}", screen.columns, screen.colours)
        body = self._broken(showing) if showing.problem else self._draft(showing)
        here = keys_of(showing)
        foot = walkkeys.foot(here, self._desk.prefs, SHARED, screen)
        page = Page(top, body, foot)
        if not stray:
            return page
        help_ = walkkeys.key_of("help", here, self._desk.prefs, SHARED)
        told = f"That key means nothing here; {help_} shows all keys.", f"{help_} shows all keys."
        return replace(page, foot=screen.instead(foot, *told))

    def _broken(self, showing: Showing) -> list[str]:
        problem, screen = showing.problem, self._screen
        assert problem
        said = f"{problem.path}:{problem.line}: {problem.message} {problem.hint}".strip()
        return [
            *screen.text("The draft cannot be read as it is now.", "warning"),
            "", *screen.text(said),
            "", *screen.text("e edits it again there, u puts back what stood there."),
        ]  # fmt: skip

    def _draft(self, showing: Showing) -> list[str]:
        screen, note = self._screen, showing.note
        about = screen.text(self._about(showing), "warning" if showing.doubted else "muted")
        about += [line for guess in self._settling.guessed() for line in screen.text(f"Guessed: {guess}", "warning")]
        if showing.unasked:
            return [*about, "", *self._text(note.fields.get("a", ""), 0)]
        origin = self._origin(note)
        if len(showing.cards) == 1 and not note.prompts:
            front, answer = self._faces.sides(self._desk.collection.face(showing.cards[0]), True)
            rule = screen.colours.paint("─" * screen.columns, "muted")
            shown = [*front, rule, *answer] if answer else front
            return [*about, "", *shown, *origin]
        texts = dict(note.fields)
        for prompt in note.prompts:
            texts[f"prompt {prompt.id}"] = f"{prompt.q[0]}\n{prompt.a}"
        return [*about, "", *self._fields(texts), *origin]

    def _about(self, showing: Showing) -> str:
        doubted = " You doubt it." if showing.doubted else ""
        others = self._settling.others() if showing.unasked else 0
        if others:
            were = "was" if others == 1 else "were"
            return f"A passage from which {plural(others, 'note')} {were} made already: d drops it.{doubted}"
        if showing.unasked:
            return f"A passage that wants a question: {self._settling.price()}.{doubted}"
        if showing.unverified:
            return f"A quote that nobody has compared with its source yet: {self._settling.price()} then.{doubted}"
        names = [card.partition(":")[2] for card in showing.cards]
        asked = f" ({', '.join(names)})" if len(names) > 1 else ""
        return f"A draft of type {showing.note.type}: {self._settling.price()}{asked}.{doubted}"

    def _fields(self, texts: Mapping[str, str]) -> list[str]:
        screen, lines = self._screen, list[str]()
        for name, text in texts.items():
            lines += [*screen.text(name.replace("_", " "), "muted"), *self._text(text, 2)]
        return lines

    def _text(self, text: str, margin: int) -> list[str]:
        """A text as it is written, its lines and their indentation kept."""
        screen, lines = self._screen, list[str]()
        for line in text.rstrip("\n").split("\n"):
            indent = margin + len(line) - len(line.lstrip(" "))
            wrapped = wrap([Span(visible(line.strip().expandtabs(4)))], max(8, screen.columns - indent))
            lines += [" " * indent + screen.colours.line(each) for each in wrapped]
        return lines

    def _origin(self, note: "Note") -> list[str]:
        """The passage that the draft was taken from, or the address."""
        from srs.cli.terminal.overlay import passage_lines

        screen = self._screen
        try:
            found = asides.source(note, self._desk.collection)
        except SrsError as error:
            return ["", *screen.text(error.sentences, "muted")]
        if found is None:
            return []
        if isinstance(found, str):
            return ["", *screen.text(f"From {found} (o opens it)", "muted")]
        first, lines = nearby(found, note.origin or "")
        alone = replace(found, start=first, lines=lines)
        title = screen.text(f"From {found.path}, line {first}", "muted")
        return ["", *title, *map(screen.colours.line, passage_lines(alone, screen.columns))]
