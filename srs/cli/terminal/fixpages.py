"""A case of `srs fix` as a page: why it is there, how it went, card or versions, where it is from. Knows no walk."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from srs.cli import asides, fixwords
from srs.cli.output import days_short
from srs.cli.terminal import fixkeys
from srs.cli.terminal.desk import Desk
from srs.cli.terminal.screen import Page, head
from srs.cli.terminal.style import Span
from srs.errors import SrsError
from srs.memory.days import iso_day
from srs.study.fixing import Showing
from srs.values import replace
from srs.words import RATINGS, plural

if TYPE_CHECKING:
    from srs.cards.note import Note
    from srs.collection.views import CardView
    from srs.insight.past import Row

_ROWS = 4  # of the history
_WIDE = 60  # columns from which on the history has all its columns


class CasePages:
    """The pages of one walk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._screen = desk.screen
        self._faces = desk.faces()

    def page(self, showing: Showing) -> Page:
        """The case that is shown, over its keys."""
        screen, note = self._screen, showing.note
        left = [showing.case.name, *([note.deck] if note else [])]
        top = head(left, f"{showing.number} of {showing.count}", screen.columns, screen.colours)
        if showing.problem:
            body = self._broken(showing)
        else:
            body = [line for reason in showing.case.reasons for line in screen.text(fixwords.why(reason), "warning")]
            body += ["", *self._versions(showing)] if showing.case.conflict else self._card(showing)
            body += self._origin(note, showing) if note else []
        return Page(top, body, self._foot(showing))

    def _broken(self, showing: Showing) -> list[str]:
        problem = showing.problem
        assert problem
        said = f"{problem.path}:{problem.line}: {problem.message} {problem.hint}".strip()
        return [
            *self._screen.text("The note cannot be read as it is now. Its history is kept.", "warning"),
            "", *self._screen.text(said),
            "", *self._screen.text(self._ways_out(showing)),
        ]  # fmt: skip

    def _ways_out(self, showing: Showing) -> str:
        edit, undo = (fixkeys.key(action, showing, self._desk.prefs) for action in ("edit", "undo"))
        return f"{edit} edits it again there, {undo} puts back what stood there."

    # A card

    def _card(self, showing: Showing) -> list[str]:
        """How it went in a line, both sides, the newest answers."""
        view, face = showing.view, showing.face
        assert view and face
        answers = self._answers(view)
        front, answer = self._faces.sides(face, True)
        rule = self._screen.colours.paint("─" * self._screen.columns, "muted")
        sides = [*front, rule, *answer] if answer else front
        return [*self._history(view, answers), rule, *sides, rule, *map(self._row, answers[-_ROWS:])]

    def _answers(self, view: "CardView") -> "list[Row]":
        from srs.insight.explain import facts_of
        from srs.insight.past import past_of

        rows = past_of(facts_of(self._desk.collection, view.id, self._desk.clock())).rows
        return [row for row in rows if row.rating is not None]

    def _history(self, view: "CardView", answers: "Sequence[Row]") -> list[str]:
        if not answers:
            return self._screen.text("Never answered.", "muted")
        again = sum(row.rating == 1 for row in answers)
        about = [f"{plural(len(answers), 'answer')} since {iso_day(answers[0].day)}", f"{again} Again"]
        about += [f"stability {days_short(round(view.stability))}"] if view.stability and view.stability >= 1 else []
        about += ["suspended"] if view.suspended else []
        return self._screen.text(", ".join(about), "muted")

    def _row(self, row: "Row") -> str:
        assert row.rating
        name = RATINGS[row.rating - 1]
        if row.elapsed is None:
            after = "first"
        else:
            after = "same day" if row.elapsed < 1 else f"after {days_short(round(row.elapsed))}"
        took = f"{fixwords.took(row.ms / 1000):>6}" if row.ms else " " * 6
        recall = f"   recall was {row.recall:.0%}" if row.recall is not None and (row.elapsed or 0) >= 1 else ""
        cells = f"  {after:<11}{took}{recall if self._screen.columns >= _WIDE else ''}"
        return self._screen.colours.line(
            (Span(f"{iso_day(row.day)}  "), Span(name.ljust(5), (name.lower(),)), Span(cells.rstrip()))
        )

    # Two versions of a note

    def _versions(self, showing: Showing) -> list[str]:
        from srs.upkeep.resolve import differences

        screen, mine, other = self._screen, showing.mine, showing.other
        assert other
        lines = []
        if mine is None:
            lines += [*screen.text("Yours is gone; this is what the other device has."), ""]
        try:
            found = differences(self._desk.collection, mine, other)
        except SrsError as error:
            return screen.text(error.sentences)
        if not found:
            return screen.text("They say the same now: 1 takes the other one out.")
        for each in found:
            if mine:
                lines += self._version(f"yours, {mine.place}", each.mine, each.key)
            lines += [*self._version(f"the other device's, {other.place}", each.other, each.key), ""]
        return lines

    def _version(self, title: str, text: str, key: str) -> list[str]:
        from srs.cli.terminal.safe import visible
        from srs.cli.terminal.width import wrap

        screen = self._screen
        lines = screen.text(title, "muted")
        for line in text.split("\n") if text else [f"(no {key}:)"]:
            indent = len(line) - len(line.lstrip(" "))
            room = max(8, screen.columns - 2 - indent)
            wrapped = wrap([Span(visible(line.strip().expandtabs(4)))], room)
            lines += [" " * (2 + indent) + screen.colours.line(each) for each in wrapped]
        return lines

    # Under both

    def _origin(self, note: "Note", showing: Showing) -> list[str]:
        """The paragraph that the note was taken from, or the address."""
        from srs.cli.terminal.overlay import passage_lines

        screen = self._screen
        try:
            found = asides.source(note, self._desk.collection)
        except SrsError as error:
            return ["", *screen.text(error.sentences, "muted")]
        if found is None:
            return []
        if isinstance(found, str):
            opens = fixkeys.key("source", showing, self._desk.prefs)
            return ["", *screen.text(f"From {found} ({opens} opens it)", "muted")]
        alone = replace(found, start=found.first, lines=tuple(text for _, text, belongs in found.numbered() if belongs))
        title = screen.text(f"From {found.path}, line {found.first}", "muted")
        return ["", *title, *map(screen.colours.line, passage_lines(alone, screen.columns))]

    def _foot(self, showing: Showing) -> list[str]:
        """Keys and what they do, as many on a line as fit."""
        lines, line, room = [], "", 0
        for key, word in fixkeys.told(showing, self._desk.prefs):
            wide = len(key) + 1 + len(word)
            if line and room < wide + 3:
                lines.append(line)
                line = ""
            if not line:
                room = self._screen.columns + 3
            styled = f"{self._screen.colours.paint(key, 'key')} {word}"
            line = f"{line}   {styled}" if line else styled
            room -= wide + 3
        return [*lines, line]
