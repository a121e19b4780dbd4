"""`srs fix` in a terminal: one case on the screen, keys turned into what is done about it, and the summary."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from srs.cards.note import Place
from srs.cli import asides
from srs.cli.output import days_short, number_word
from srs.cli.preferences import Preferences, preferences
from srs.cli.terminal.keys import Hangup, Keys
from srs.cli.terminal.screen import SCROLL_KEYS, Faces, Page, Screen, head
from srs.cli.terminal.style import Span, palette
from srs.collection.collection import ClockDoubt, Collection
from srs.errors import SrsError, sentence
from srs.memory.days import iso_day
from srs.study.fixing import Case, Conflict, Finished, Fixing, Leech, Marked, Reason, Showing, Slow
from srs.words import plural

if TYPE_CHECKING:
    from srs.cards.note import Note
    from srs.cli.terminal.overlay import Overlay
    from srs.cli.terminal.pictures import Pictures
    from srs.collection.views import CardView
    from srs.insight.past import Row

_LEAVE = ("ctrl-c", "ctrl-d", "eof")
_OF_A_CARD = {"e": "edit", "p": "split", "s": "suspend", "c": "clear"}
_OF_A_CONFLICT = {"1": "mine", "2": "other", "e": "edit"}
_OF_ALL = {"n": "skip", "u": "undo", "o": "source", "i": "why", "?": "help", "q": "quit"}
_SHARED = ("edit", "suspend", "skip", "undo", "source", "why", "help", "quit")  # may have other keys in config.toml
_ROWS = 4  # of the history
_WIDE = 60  # columns from which on the history has all its columns


def run(fixing: Fixing, collection: Collection, clock: Callable[[], int], environ: Mapping[str, str]) -> None:
    """Walk the cases until none is left or the learner leaves; Ctrl-C then raises KeyboardInterrupt."""
    prefs = preferences(environ)
    screen = Screen(palette(sys.stdout, environ))
    key = ""
    with Keys(environ=environ) as keys:
        walk = Walk(fixing, collection, clock, environ, prefs, keys, screen)
        try:
            walk.paint()
            while not walk.over:
                key = keys.read_key(None)
                walk.press(key)
        except Hangup:
            screen.leave()
            walk.keep_written()
            raise
    screen.clear()
    for text in [*filter(None, [walk.last_words]), *walk.keep_written(), *summary(fixing)]:
        for line in screen.text(text):
            print(line)
    if key == "ctrl-c":
        raise KeyboardInterrupt


def summary(fixing: Fixing) -> list[str]:
    """What became of the cases, in a sentence or two."""
    tally = fixing.tally()
    words = (
        ("edited", "edited"), ("split", "split"), ("cleared", "fine now"), ("suspended", "suspended"),
        ("kept", "kept as yours"), ("taken", "taken from the other device"),
    )  # fmt: skip
    done = [f"{tally[what]} {said}" for what, said in words if tally[what]]  # type: ignore[index]
    left = fixing.count - fixing.settled()
    rest = f"{plural(left, 'case')} left: srs fix goes on." if left else "Nothing is left to mend."
    return [f"{sentence(', '.join(done))} {rest}" if done else f"Nothing was done. {rest}"]


def why(reason: Reason) -> str:
    """Why a case is here, as a sentence."""
    match reason:
        case Conflict():
            return f"Two devices changed the note {reason.of} in the same place, and both versions were kept."
        case Marked():
            return f"Marked: {reason.text}"
        case Leech():
            suspended = " Its last lapse suspended it." if reason.suspended else ""
            since = ""
            if reason.since is not None:
                since = f", {number_word(reason.since)} of them since you last said it was fine"
            return f"Forgotten {number_word(reason.lapses)} times after it was learnt{since}.{suspended}"
        case Slow():
            last = f"the median of its last {number_word(reason.answers)} answers is {_seconds(reason.seconds)}"
            return f"Slow: {last}, that of all cards {_seconds(reason.usual)}."


def why_short(case: Case) -> str:
    """Why a case is here, in a few words for a table."""
    said = []
    for reason in case.reasons:
        match reason:
            case Conflict():
                said.append(f"the other version of {reason.of}")
            case Marked():
                said.append(f"marked: {reason.text}")
            case Leech():
                said.append(f"{reason.lapses} lapses{', suspended' if reason.suspended else ''}")
            case Slow():
                said.append(f"{_seconds(reason.seconds)}, usually {_seconds(reason.usual)}")
    return "; ".join(said)


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f}s" if seconds >= 10 else f"{seconds:.1f}".removesuffix(".0") + "s"


@dataclass(frozen=True, slots=True)
class _Ask:
    """A question at the foot; `take` gets the next key, and says what became of it."""

    text: str
    take: Callable[[str], str]


class Walk:
    """The walk between two keys. `_note` is said once, above the keys; `_drafts` is what was written and not taken."""

    def __init__(
        self,
        fixing: Fixing,
        collection: Collection,
        clock: Callable[[], int],
        environ: Mapping[str, str],
        prefs: Preferences,
        keys: Keys,
        screen: Screen,
    ) -> None:
        self.over = isinstance(fixing.step, Finished)
        self.last_words = ""
        self._fixing = fixing
        self._collection = collection
        self._clock = clock
        self._environ = environ
        self._prefs = prefs
        self._keys = keys
        self._screen = screen
        self._faces = Faces(screen, self._pictures)
        self._note = ""
        self._ask: _Ask | None = None
        self._overlay: Overlay | None = None
        self._drafts: dict[str, str] = {}

    def keep_written(self) -> list[str]:
        """Put prompts that were written and not added into files, since nobody likes to write twice; where they are."""
        import os
        import tempfile

        said = []
        for note, text in self._drafts.items():
            number, name = tempfile.mkstemp(prefix="srs-", suffix=".yaml")
            with os.fdopen(number, "wb") as file:
                file.write(text.encode())
            said.append(f"The prompts that you wrote for {note} are in {name}.")
        return said

    # Keys

    def press(self, key: str) -> None:
        """Do what a key means now, and paint what follows."""
        if key == "resume":
            self._screen.disturbed()
        if key in _LEAVE:
            self.over = True
            return
        if key not in ("resize", "resume", ""):
            self._take(key)
        if isinstance(self._fixing.step, Finished):
            self.over, self.last_words = True, self._note
        if not self.over:
            self.paint()

    def _take(self, key: str) -> None:
        if self._screen.scroll(key):
            return
        if self._overlay:
            self._overlay = None
            self._screen.rewind()
            return
        self._note = ""
        if self._ask:
            ask, self._ask = self._ask, None
            self._try(lambda: ask.take(key))
            return
        action = self._action(key)
        if action == "quit":
            self.over = True
        elif action:
            before = self._place()
            self._try(lambda: _ACTIONS[action](self))
            if self._place() != before:
                self._screen.rewind()
        elif key not in SCROLL_KEYS:
            self._note = "That key means nothing here; ? shows all keys."

    def _place(self) -> tuple[int, bool]:
        step = self._fixing.step
        return (step.number, step.problem is None) if isinstance(step, Showing) else (0, False)

    def _action(self, key: str) -> str:
        """What a key means for the case shown; those of the user's own keys that fit hold as well."""
        own = {**_OF_ALL, **self._keys_here()}
        if key in own:
            return own[key]
        action = self._prefs.keys.get(key, "")
        return action if action in _SHARED and (action in own.values() or action in _OF_ALL.values()) else ""

    def _keys_here(self) -> dict[str, str]:
        step = self._fixing.step
        if not isinstance(step, Showing):
            return {}
        if step.problem:
            return {"e": "edit"}
        if not step.case.conflict:
            return _OF_A_CARD
        return _OF_A_CONFLICT if step.mine else {key: _OF_A_CONFLICT[key] for key in ("1", "e")}

    def _try(self, do: Callable[[], str]) -> None:
        try:
            self._note = do()
        except ClockDoubt as error:
            text = f"{sentence(error.message)} Is the clock right? y: yes, record it; any other key: no"
            self._ask = _Ask(text, lambda key: self._accept(do) if key == "y" else "")
        except SrsError as error:
            self._note = error.sentences

    def _accept(self, do: Callable[[], str]) -> str:
        self._collection.accept_clock()
        return do()

    # Actions

    def _showing(self) -> Showing:
        assert isinstance(self._fixing.step, Showing)
        return self._fixing.step

    def _skip(self) -> str:
        self._fixing.skip()
        return ""

    def _clear(self) -> str:
        view = self._showing().view
        assert view
        self._fixing.clear()
        again = " and comes up again" if view.suspended else ""
        return f"{view.id} is fine now{again}."

    def _suspend(self) -> str:
        view = self._showing().view
        assert view
        self._fixing.suspend()
        return f"Suspended until srs unsuspend: {view.id}."

    def _undo(self) -> str:
        undone = self._fixing.undo()
        return f"{_UNDONE[undone.what]} {undone.name}." if undone else "There is nothing to take back in this walk."

    def _mine(self) -> str:
        from srs.upkeep.resolve import keep_mine

        showing = self._showing()
        assert showing.other
        self._fixing.changed("kept", keep_mine(self._collection, showing.other))
        return f"Yours stays; {showing.other.id} is gone from its deck."

    def _other(self) -> str:
        from srs.upkeep.resolve import take_other

        showing = self._showing()
        assert showing.mine and showing.other
        self._fixing.changed("taken", take_other(self._collection, showing.mine, showing.other))
        return f"{showing.mine.id} is now as the other device has it; its history stays."

    def _edit(self) -> str:
        from srs.cli.editor import edit_at
        from srs.upkeep.edits import written_at

        showing = self._showing()
        if showing.problem:
            place = Place(showing.problem.path, showing.problem.line, showing.problem.column)
        else:
            assert showing.note
            place = written_at(showing.note, showing.case.name) if showing.view else showing.note.place
        path, said = self._collection.root / place.path, ""
        old = _bytes(path)
        try:
            edit_at(path, place.line, self._prefs, self._environ, self._keys)
        except SrsError as error:
            said = error.sentences
        kept = self._keep_history()
        new = _bytes(path)
        files = [(place.path, old, new)] if old is not None and new is not None else []
        self._fixing.changed("edited", files)
        step = self._fixing.step
        if not said and old == new:
            said = "Nothing was changed."
        elif isinstance(step, Showing) and step.problem:
            said = ""
        elif isinstance(step, Showing) and step.case.name == showing.case.name and step.view and not said:
            said = "This is the card as edited. c: it is fine now."
        elif not said:
            said = f"{showing.case.name} needs nothing more." if showing.case.conflict else "Its deck has it no longer."
        return " ".join(filter(None, (said, kept)))

    def _keep_history(self) -> str:
        """A note without an id of its own has another one after an edit of its text: give it the old one."""
        renamed = self._fixing.renamed()
        if renamed is None:
            return ""
        from srs.upkeep.pin import pin

        old, new = renamed
        try:
            place = pin(self._collection, new, old)
        except SrsError as error:
            return error.sentences
        return f"Wrote `id: {old}` at {place}, so that its history is kept."

    def _split(self) -> str:
        from srs.cli.editor import edit_text
        from srs.upkeep.split import add_prompts, read_prompts, template

        showing = self._showing()
        note = showing.note
        assert note
        given = self._drafts.get(note.id) or template(self._collection, note)
        text = edit_text(given, ".yaml", self._prefs, self._environ, self._keys)
        if text != given:
            self._drafts[note.id] = text
        try:
            prompts = read_prompts(text)
            change = add_prompts(self._collection, note, prompts) if prompts else None
        except SrsError as error:
            self._ask = _Ask(
                f"Not added. {error.sentences} e: edit it again; any other key: leave it, p has it still",
                lambda key: self._split() if key == "e" else "",
            )
            return ""
        self._drafts.pop(note.id, None)
        if change is None:
            return "No prompt was written."
        self._fixing.changed("split", [change])
        ids = ", ".join(f"p-{prompt['id']}" for prompt in prompts)
        return f"Added {plural(len(prompts), 'card')}: {ids}. Now s sets this one aside, or e makes it smaller."

    def _source(self) -> str:
        note = self._showing().note
        found = asides.source(note, self._collection) if note else None
        if found is None:
            return asides.NO_SOURCE
        if isinstance(found, str):
            return asides.open_page(found, self._environ, self._keys)
        from srs.cli.terminal import overlay

        self._lay(overlay.source(found, self._screen.colours))
        return ""

    def _why(self) -> str:
        from srs.cli.explain import ascii_only
        from srs.cli.terminal import overlay
        from srs.insight import explain

        view = self._showing().view
        if view is None:
            return ""
        told = explain.explain(explain.facts_of(self._collection, view.id, self._clock()))
        self._lay(overlay.why(told, self._screen.colours, ascii_only(self._environ)))
        return ""

    def _help(self) -> str:
        from srs.cli.terminal.overlay import Overlay

        told = {**self._keys_here(), **_OF_ALL}

        def made(columns: int, rows: int) -> list[str]:
            from srs.cli.terminal.width import wrap

            found = []
            for key, action in told.items():
                for n, line in enumerate(wrap([Span(_MEANINGS[action])], max(8, columns - 4))):
                    found.append(
                        self._screen.colours.line(
                            (Span("" if n else key, ("key",)), Span(" " * (4 - (0 if n else len(key)))), *line)
                        )
                    )
            return found

        self._lay(Overlay("Keys", made))
        return ""

    def _lay(self, overlay: "Overlay") -> None:
        self._overlay = overlay
        self._screen.rewind()

    def _pictures(self) -> "Pictures | None":
        from srs.cli.terminal.pictures import pictures

        return pictures(self._collection.root, self._prefs, self._screen.colours, self._environ)

    # The page

    def paint(self) -> None:
        """What is to be seen now."""
        self._screen.paint(self._page())

    def _page(self) -> Page:
        screen, showing = self._screen, self._showing()
        if self._overlay:
            title = screen.text(self._overlay.title, "heading")[:1]
            return Page(title, self._overlay.lines(screen.columns, max(1, screen.rows - 6)),
                        screen.text("any key goes back", "muted"))  # fmt: skip
        note = showing.note
        left = [showing.case.name, *([note.deck] if note else [])]
        top = head(left, f"{showing.number} of {showing.count}", screen.columns, screen.colours)
        if showing.problem:
            body = self._broken(showing)
        else:
            body = [line for reason in showing.case.reasons for line in screen.text(why(reason), "warning")]
            body += ["", *self._versions(showing)] if showing.case.conflict else self._card(showing)
            body += self._origin(note) if note else []
        return Page(top, body, self._foot(showing))

    def _broken(self, showing: Showing) -> list[str]:
        problem = showing.problem
        assert problem
        said = f"{problem.path}:{problem.line}: {problem.message} {problem.hint}".strip()
        return [
            *self._screen.text("The note cannot be read as it is now. Its history is kept.", "warning"),
            "", *self._screen.text(said),
            "", *self._screen.text("e edits it again there, u puts back what stood there."),
        ]  # fmt: skip

    def _card(self, showing: Showing) -> list[str]:
        """How it went in a line, both sides, the newest answers."""
        view, face = showing.view, showing.face
        assert view and face
        answers = self._answers(view)
        front, answer = self._faces.sides(face, True)
        rule = self._rule()
        sides = [*front, rule, *answer] if answer else front
        return [*self._history(view, answers), rule, *sides, rule, *map(self._row, answers[-_ROWS:])]

    def _rule(self) -> str:
        return self._screen.colours.paint("─" * self._screen.columns, "muted")

    def _answers(self, view: "CardView") -> "list[Row]":
        from srs.insight.explain import facts_of
        from srs.insight.past import past_of

        rows = past_of(facts_of(self._collection, view.id, self._clock())).rows
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
        from srs.insight.explain import RATINGS

        assert row.rating
        name = RATINGS[row.rating - 1]
        after = (
            "first"
            if row.elapsed is None
            else "same day"
            if row.elapsed < 1
            else f"after {days_short(round(row.elapsed))}"
        )
        took = f"{_seconds(row.ms / 1000):>6}" if row.ms else " " * 6
        recall = f"   recall was {row.recall:.0%}" if row.recall is not None and (row.elapsed or 0) >= 1 else ""
        wide = self._screen.columns >= _WIDE
        cells = f"  {after:<11}{took}{recall if wide else ''}"
        return self._screen.colours.line(
            (Span(f"{iso_day(row.day)}  "), Span(name.ljust(5), (name.lower(),)), Span(cells.rstrip()))
        )

    def _versions(self, showing: Showing) -> list[str]:
        from srs.upkeep.resolve import differences

        screen, mine, other = self._screen, showing.mine, showing.other
        assert other
        lines = []
        if mine is None:
            lines += [*screen.text("Yours is gone; this is what the other device has."), ""]
        try:
            found = differences(self._collection, mine, other)
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

    def _origin(self, note: "Note") -> list[str]:
        """The paragraph that the note was taken from, or the address."""
        try:
            found = asides.source(note, self._collection)
        except SrsError as error:
            return ["", *self._screen.text(error.sentences, "muted")]
        if found is None:
            return []
        if isinstance(found, str):
            return ["", *self._screen.text(f"From {found} (o opens it)", "muted")]
        alone = replace(found, start=found.first, lines=tuple(text for _, text, belongs in found.numbered() if belongs))
        title = self._screen.text(f"From {found.path}, line {found.first}", "muted")
        return ["", *title, *map(self._screen.colours.line, asides.passage_lines(alone, self._screen.columns))]

    def _foot(self, showing: Showing) -> list[str]:
        screen = self._screen
        if self._ask:
            return screen.text(self._ask.text, "warning")
        said = [*screen.text(self._note, "warning"), ""] if self._note else []
        suspended = showing.view is not None and showing.view.suspended
        words = {**_WORDS, "suspend": "leave suspended"} if suspended else _WORDS
        words = {**words, "edit": "edit both"} if showing.mine and showing.other else words
        told = [(key, words[action]) for key, action in self._keys_here().items()]
        told += [(key, words[action]) for key, action in _OF_ALL.items() if action in words]
        return [*said, *self._joined(told)]

    def _joined(self, told: Sequence[tuple[str, str]]) -> list[str]:
        """Keys and what they do, as many on a line as fit."""
        lines, line, room = [], "", 0
        for key, word in told:
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


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


_WORDS = {
    "edit": "edit", "split": "split", "suspend": "suspend", "clear": "fine now", "mine": "keep mine",
    "other": "take the other", "skip": "next", "undo": "undo", "help": "keys", "quit": "ends",
}  # fmt: skip

_MEANINGS = {
    "edit": "edit it in your editor, and see it again as edited",
    "split": "write smaller questions, which become cards of the same note",
    "suspend": "suspend it: no reviews, and not here any more",
    "clear": "it is fine now: its mark goes, and a suspended one comes up again",
    "mine": "keep your version; the other one goes",
    "other": "take the other version; the note keeps its id and its history",
    "skip": "the next one; this one stays to be mended",
    "undo": "take back what was done last in this walk, again and again",
    "source": "the text or the page that it comes from",
    "why": "all that is known of your memory of it",
    "help": "these keys",
    "quit": "end; so do Ctrl-C and Ctrl-D",
}

_UNDONE = {
    "cleared": "To be mended again:", "suspended": "Took back the suspension of", "skipped": "Back to",
    "edited": "Took back the edit of", "split": "Took back the prompts of", "kept": "Both versions are there again:",
    "taken": "Both versions are there again:",
}  # fmt: skip

_ACTIONS: Mapping[str, Callable[[Walk], str]] = {
    "edit": Walk._edit,
    "split": Walk._split,
    "suspend": Walk._suspend,
    "clear": Walk._clear,
    "mine": Walk._mine,
    "other": Walk._other,
    "skip": Walk._skip,
    "undo": Walk._undo,
    "source": Walk._source,
    "why": Walk._why,
    "help": Walk._help,
}
