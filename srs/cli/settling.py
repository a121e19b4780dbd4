"""What can be done to a draft, for both skins: done, and told in sentences. Knows no keys and no screen."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from srs.cli.picking import a_year
from srs.cli.preferences import Preferences
from srs.collection import troubles
from srs.collection.collection import Collection
from srs.errors import SrsError, sentence
from srs.memory.days import iso_day
from srs.study.drafting import Drafting, Showing
from srs.study.price import minutes_a_year
from srs.study.reading import DOUBT, cards_made
from srs.words import plural

if TYPE_CHECKING:
    from srs.cards.note import Note
    from srs.cli.terminal.keys import Keys

_UNDONE = {
    "kept": "It is a draft again.", "edited": "Took back the edit.", "split": "Took back the split.",
    "doubted": "Took back the change of its tag.", "dropped": "It is there again.", "skipped": "Back to this one.",
}  # fmt: skip


class Settling:
    """What is done about the draft that is shown.

    `refused`: the questions of the last `split` were not taken. `unused` is what was written for a split and not taken,
    by the draft's id.
    """

    def __init__(self, drafting: Drafting, collection: Collection, clock: Callable[[], int]) -> None:
        self.drafting = drafting
        self.refused = False
        self.unused: dict[str, str] = {}
        self._collection = collection
        self._clock = clock
        self._cost = cache(lambda deck: minutes_a_year(collection, deck))

    @property
    def showing(self) -> Showing:
        """The draft that is shown."""
        assert isinstance(self.drafting.step, Showing)
        return self.drafting.step

    def price(self) -> str:
        """How many cards the draft makes and what they cost: `5 cards, about 7.5 min a year`."""
        showing = self.showing
        cards = max(1, cards_made(showing.note, self._collection.types))
        return f"{plural(cards, 'card')}, {a_year(cards * self._cost(showing.note.deck))}"

    def guessed(self) -> list[str]:
        """What the import of the draft guessed, as its comments in the file say."""
        from srs.importers.drafting import DOUBT as SIGN

        place, sign = self.showing.note.place, SIGN.strip()
        data = _bytes(self._collection.root / place.path) or b""
        found = []
        for line in data.decode("utf-8", "replace").split("\n")[place.line :]:
            if line.startswith(" " * (place.column - 3) + "- ") or (line.strip() and not line.startswith(" ")):
                break
            if line.strip().startswith(sign):
                found.append(line.strip().removeprefix(sign).strip())
        return found

    def others(self) -> int:
        """How many other notes come from the same passage."""
        note = self.showing.note
        notes = troubles.notes_naming(self._collection.db, note.origin) if note.origin else []
        return sum(each.id != note.id and each.origin == note.origin for each in notes)

    def keep(self) -> str:
        """Let the draft's cards be studied. Raises SrsError where something is to be said first."""
        showing = self.showing
        if showing.unasked:
            raise SrsError("not kept: it has no question yet", "write one with c, several with p")
        if showing.unverified:
            hint = "then v says that it is verbatim, r that it is a paraphrase"
            raise SrsError("not kept: compare it with its source", hint)
        return self._keep({})

    def verified(self) -> str:
        """Say that the quote stands so in its source, and keep it."""
        return self._quote("verbatim")

    def paraphrase(self) -> str:
        """Say that the quote gives the sense in other words, and keep it."""
        return self._quote("paraphrase")

    def ask(self, question: str, answer: str) -> str:
        """Give a passage its question and its answer, and keep it."""
        from srs.cards.identity import derived_id

        question, answer = question.strip(), answer.strip()
        if not question or not answer:
            return "No card was made."
        id = derived_id(question)
        if troubles.note_called(self._collection.db, id):
            raise SrsError(f"not kept: there is a note {id} already, which asks the same")
        return self._keep({"q": question, "id": id, "a": answer})

    def doubt(self) -> str:
        """Mark the draft as doubted, or take that off."""
        from srs.upkeep.drafts import retag

        doubted = self.showing.doubted
        add, remove = ((), (DOUBT,)) if doubted else ((DOUBT,), ())
        self.drafting.changed("doubted", [retag(self._collection, self._note(), add, remove)])
        if doubted and self.showing.doubted:
            return "Its file gives the tag to every note; take it out there."
        return "It is doubted no longer." if doubted else f"Tagged {DOUBT}: srs drafts tag:{DOUBT} finds it again."

    def drop(self) -> str:
        """Take the draft out of its file."""
        from srs.upkeep.drafts import drop

        note = self._note()
        self.drafting.settled("dropped", drop(self._collection, [note]))
        return "Dropped; u brings it back."

    def skip(self) -> str:
        """Go on to the next draft."""
        self.drafting.skip()
        return ""

    def undo(self) -> str:
        """Take back what was done last in this walk."""
        undone = self.drafting.undo()
        return _UNDONE[undone.what] if undone else "There is nothing to take back in this walk."

    def edit(self, prefs: Preferences, environ: Mapping[str, str], keys: "Keys | None" = None) -> str:
        """Open the editor at the draft, or at what is wrong in its file."""
        from srs.cli.editor import edit_at

        showing, said = self.showing, ""
        place = showing.problem or showing.note.place
        path = self._collection.root / place.path
        old = _bytes(path)
        try:
            edit_at(path, place.line, prefs, environ, keys)
        except SrsError as error:
            said = error.sentences
        new = _bytes(path)
        self.drafting.changed("edited", [(place.path, old, new)] if old is not None and new is not None else [])
        if said:
            return said
        if old == new:
            return "Nothing was changed."
        step = self.drafting.step
        if not isinstance(step, Showing) or step.number != showing.number:
            return f"{showing.note.id} is no draft any more."
        return "" if step.problem else "This is the draft as edited."

    def split(self, prefs: Preferences, environ: Mapping[str, str], keys: "Keys | None" = None) -> str:
        """Take questions from the editor: prompts of the note, or, of a question, drafts in its place."""
        from srs.cli.editor import edit_text
        from srs.upkeep.split import add_prompts, read_prompts, template

        note = self._note()
        given = self.unused.get(note.id) or template(self._collection, note)
        text = edit_text(given, ".yaml", prefs, environ, keys)
        if text != given:
            self.unused[note.id] = text
        self.refused = False
        try:
            prompts = read_prompts(text)
            if not prompts:
                self.unused.pop(note.id, None)
                return "No question was written."
            if note.type == "basic" and not note.prompts and all(isinstance(each["q"], str) for each in prompts):
                return self._several(prompts)
            change = add_prompts(self._collection, note, prompts)
        except SrsError as error:
            self.refused = True
            return f"Not taken. {error.sentences}"
        self.unused.pop(note.id, None)
        self.drafting.changed("split", [change])
        return f"Added {plural(len(prompts), 'card')} to it. Now k keeps all of it, or e makes the rest smaller."

    def _several(self, questions: list[dict[str, str]]) -> str:
        from srs.upkeep.drafts import make_several

        note = self._note()
        ids = [each["id"] for each in questions]
        twin = next((id for id in ids if ids.count(id) > 1 or troubles.note_called(self._collection.db, id)), None)
        if twin:
            raise SrsError(f"there is a note `{twin}` already", "ask for something else, or give it an `id:`")
        change = make_several(self._collection, note, questions)
        self.unused.pop(note.id, None)
        self.drafting.made_several([change], ids)
        return f"Made {plural(len(questions), 'draft')} of it; here is the first one."

    def _quote(self, fidelity: str) -> str:
        if self.showing.note.type != "quote":
            raise SrsError("this is no quote")
        today = iso_day(self._collection.day(self._clock()))
        return self._keep({"fidelity": fidelity, "checked": today})

    def _keep(self, texts: Mapping[str, str]) -> str:
        from srs.upkeep.drafts import keep

        note = self._note()
        change = keep(self._collection, note, texts, (DOUBT,))
        cards = len(self._collection.cards_of_note(texts.get("id", note.id), self._clock()))
        self.drafting.settled("kept", [change], cards)
        return f"Kept {texts.get('id', note.id)}: {plural(cards, 'card')}." if cards else "Kept; it makes no card yet."

    def _note(self) -> "Note":
        showing = self.showing
        if showing.problem:
            raise SrsError(f"{showing.problem.path} cannot be read as it is now", "e opens it at what is wrong")
        return showing.note


def kept_apart(settling: Settling) -> list[str]:
    """Put questions that were written and not taken into files, since nobody likes to write twice; where they are."""
    import os
    import tempfile

    said = []
    for note, text in settling.unused.items():
        number, name = tempfile.mkstemp(prefix="srs-", suffix=".yaml")
        with os.fdopen(number, "wb") as file:
            file.write(text.encode())
        said.append(f"The questions that you wrote for {note} are in {name}.")
    return said


def summary(drafting: Drafting) -> str:
    """What became of the drafts, in a sentence or two."""
    tally, cards = drafting.tally(), drafting.cards_made()
    done = [f"{plural(tally['kept'], 'draft')} kept ({plural(cards, 'card')})"] if tally["kept"] else []
    done += [f"{tally[what]} {what}" for what in ("edited", "split", "doubted", "dropped") if tally[what]]
    left = drafting.left()
    rest = f"{plural(left, 'draft')} left: srs drafts goes on." if left else "No draft is left."
    return f"{sentence(', '.join(done))} {rest}" if done else f"Nothing was done. {rest}"


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
