"""What can be done to a case of `srs fix`: done, and told in sentences. Knows no page and reads no key."""

from pathlib import Path

from srs.cards.note import Place
from srs.cli import asides, fixwords
from srs.cli.terminal import fixkeys
from srs.cli.terminal.desk import Desk
from srs.errors import SrsError
from srs.study.fixing import Fixing, Showing
from srs.words import plural

_AS_EDITED = "This is how it is as edited."


class Repairs:
    """Repairs of the case that is shown. `refused`: the prompts of the last `split` were not added, and are kept.

    `_drafts` is what was written and not taken, by the note's id.
    """

    def __init__(self, fixing: Fixing, desk: Desk) -> None:
        self.refused = False
        self._fixing = fixing
        self._desk = desk
        self._drafts: dict[str, str] = {}

    @property
    def showing(self) -> Showing:
        """The case that is shown."""
        assert isinstance(self._fixing.step, Showing)
        return self._fixing.step

    def skip(self) -> str:
        """Go on to the next case."""
        self._fixing.skip()
        return ""

    def clear(self) -> str:
        """Say that the card is fine."""
        view = self.showing.view
        assert view
        self._fixing.clear()
        again = " and comes up again" if view.suspended else ""
        return f"{view.id} is fine now{again}."

    def suspend(self) -> str:
        """Set the card aside."""
        view = self.showing.view
        assert view
        self._fixing.suspend()
        return asides.suspended(view.id)

    def undo(self) -> str:
        """Take back what was done last in this walk."""
        return fixwords.took_back(self._fixing.undo())

    def keep_mine(self) -> str:
        """Of two versions, keep the one of this device."""
        from srs.upkeep.resolve import keep_mine

        other = self.showing.other
        assert other
        self._fixing.changed("kept", keep_mine(self._desk.collection, other))
        return f"Yours stays; {other.id} is gone from its deck."

    def take_other(self) -> str:
        """Of two versions, take the one of the other device."""
        from srs.upkeep.resolve import take_other

        mine, other = self.showing.mine, self.showing.other
        assert mine and other
        self._fixing.changed("taken", take_other(self._desk.collection, mine, other))
        return f"{mine.id} is now as the other device has it; its history stays."

    def edit(self) -> str:
        """Open the editor at the card, or at what is wrong in its file."""
        from srs.cli.editor import edit_at

        desk, showing, place, said = self._desk, self.showing, self._place(), ""
        path = desk.collection.root / place.path
        old = _bytes(path)
        try:
            edit_at(path, place.line, desk.prefs, desk.environ, desk.keys)
        except SrsError as error:
            said = error.sentences
        kept = self._keep_history()
        new = _bytes(path)
        self._fixing.changed("edited", [(place.path, old, new)] if old is not None and new is not None else [])
        return " ".join(filter(None, (said or self._edited(showing, old == new), kept)))

    def _place(self) -> Place:
        """Where an edit begins."""
        from srs.upkeep.edits import written_at

        showing = self.showing
        if showing.problem:
            return Place(showing.problem.path, showing.problem.line, showing.problem.column)
        assert showing.note
        return written_at(showing.note, showing.case.name) if showing.view else showing.note.place

    def _edited(self, before: Showing, same: bool) -> str:
        """What an edit came to."""
        if same:
            return "Nothing was changed."
        step = self._fixing.step
        if isinstance(step, Showing) and step.problem:
            return ""  # the page says it
        if isinstance(step, Showing) and step.case.name == before.case.name:
            return f"This is the card as edited. {self._key('clear')}: it is fine now." if step.view else _AS_EDITED
        return f"{before.case.name} needs nothing more." if before.case.conflict else "Its deck has it no longer."

    def _keep_history(self) -> str:
        """A note without an id of its own has another one after an edit of its text: give it the old one."""
        renamed = self._fixing.renamed()
        if renamed is None:
            return ""
        old, new = renamed
        try:
            return asides.pin_again(self._desk.collection, new, old)
        except SrsError as error:
            return error.sentences

    def split(self) -> str:
        """Take prompts from the editor and add them as cards of the note."""
        from srs.cli.editor import edit_text
        from srs.upkeep.split import add_prompts, read_prompts, template

        desk, note = self._desk, self.showing.note
        assert note
        given = self._drafts.get(note.id) or template(desk.collection, note)
        text = edit_text(given, ".yaml", desk.prefs, desk.environ, desk.keys)
        if text != given:
            self._drafts[note.id] = text
        self.refused = False
        try:
            prompts = read_prompts(text)
            change = add_prompts(desk.collection, note, prompts) if prompts else None
        except SrsError as error:
            self.refused = True
            return f"Not added. {error.sentences}"
        self._drafts.pop(note.id, None)
        if change is None:
            return "No prompt was written."
        self._fixing.changed("split", [change])
        ids = ", ".join(f"p-{prompt['id']}" for prompt in prompts)
        then = f"Now {self._key('suspend')} sets this one aside, or {self._key('edit')} makes it smaller."
        return f"Added {plural(len(prompts), 'card')}: {ids}. {then}"

    def _key(self, action: str) -> str:
        return fixkeys.key(action, self.showing, self._desk.prefs)

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


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
