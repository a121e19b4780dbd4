"""Decks, note types, settings and journal change in any order: the index that followed is one made from the text."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from srs.cards.faces import face
from srs.collection import content
from srs.collection.collection import Collection
from srs.memory import events as ev
from tests.collection.test_index import OTHER_PARAMETERS
from tests.faults.helpers import assert_index_is_the_text
from tests.faults.test_one_state import DEVICES, forged, history
from tests.support import make_collection, open_collection, times, write_deck

IDS = ("one", "two", "three")
PATHS = ("a.yaml", "below/b.yaml")
BERLIN = 'timezone = "Europe/Berlin"\n'
SETTINGS = (
    BERLIN,
    f"{BERLIN}[deck.A]\nparameters = {OTHER_PARAMETERS}\n",
    f'{BERLIN}[fsrs]\nlearning_steps = ["5m"]\n[deck."A::B"]\nlearning_steps = []\n',
)
FACT = """\
notetype: fact
marker: fact
fields:
  - {name: fact, required: true}
templates:
  - {id: answer, name: Card, front: "<p>{{fact}}</p>", back: "<p>So</p>"}
"""


class Edited:
    """A collection in which anything is changed by hand, and two programs that follow it with one index."""

    def __init__(self, tmp_path: Path, chance: Random) -> None:
        self.chance = chance
        self.root, self.environ = make_collection(tmp_path, {"a.yaml": self._deck()}, BERLIN)
        self.events = history(chance, 60)
        self.journal = self.root / "journal"
        self.journal.mkdir()
        for _ in range(3):
            self.events_arrive()
        self.program = open_collection(self.root, self.environ)

    def _note(self, id: str) -> str:
        chance, words = self.chance, self.chance.choice(["this", "that"])
        question, cloze = f"q: Is it {words}?\n    a: Yes", f"cloze: It is {{{{c1::{words}}}}}"
        text = chance.choice([question, question, question, cloze, f"fact: It is {words}"])
        was, needs = f"was: [{chance.choice(['gone', 'gone', *IDS])}]", f"needs: [{chance.choice(IDS)}]"
        lines = [chance.choice([was, was, was, needs, "draft: true", "anser: none"])] if chance.random() < 0.3 else []
        return "\n    ".join([f"  - {text}", f"id: {id}", *lines]) + "\n"

    def _deck(self) -> str:
        name = self.chance.choice(["", "deck: A\n", "deck: A::B\n"])
        notes = map(self._note, self.chance.sample(IDS, self.chance.randint(1, 2)))
        return f"{name}notes:\n{''.join(notes)}{'  - q: [unclosed' if self.chance.random() < 0.1 else ''}\n"

    def _one_of(self, folder: str) -> Path | None:
        return self.chance.choice([None, *sorted(path for path in (self.root / folder).rglob("*") if path.is_file())])

    def deck(self) -> None:
        write_deck(self.root, self.chance.choice(PATHS), self._deck())

    def deck_of_the_same_size_and_time(self) -> None:
        if path := self._one_of("decks"):
            stat = path.stat()
            path.write_bytes(path.read_bytes().replace(b"id: one", b"id: two").replace(b"this", b"that"))
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def deck_moved(self) -> None:
        if path := self._one_of("decks"):
            place = self.root / "decks" / self.chance.choice(PATHS)
            place.parent.mkdir(exist_ok=True)
            path.replace(place)

    def deck_gone(self) -> None:
        if path := self._one_of("decks"):
            path.unlink()

    def type_(self) -> None:
        path = self.root / "notetypes/fact.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(self.chance.choice([FACT, FACT.replace("So", "Ah"), FACT.replace("id: answer", "id: c1"), ""]))

    def settings(self) -> None:
        (self.root / "srs.toml").write_text(self.chance.choice(SETTINGS), "utf-8")

    def events_arrive(self) -> None:
        count = self.chance.choice([1, 1, 2, 10])
        arrived, self.events = self.events[:count], self.events[count:]
        for event in forged(arrived, self.chance) + arrived:
            device = self.chance.choice(DEVICES)
            with (self.journal / f"{device}.2026.jsonl").open("ab") as file:
                file.write((b"" if file.tell() else ev.header_line(device) + b"\n") + ev.encode(event) + b"\n")

    def journal_changed(self) -> None:
        """A journal file loses its end or its order, comes a second time, or goes."""
        if path := self._one_of("journal"):
            lines = path.read_bytes().splitlines(keepends=True)
            match self.chance.choice(["torn", "mixed", "copied", "gone"]):
                case "torn":
                    path.write_bytes(b"".join(lines)[: -self.chance.randint(1, 400)])
                case "mixed":
                    self.chance.shuffle(lines)
                    path.write_bytes(b"".join(lines))
                case "copied":
                    path.with_name(f"copy-{path.name}").write_bytes(b"".join(lines[: len(lines) // 2]))
                case "gone":
                    path.unlink()

    def sitting(self) -> None:
        """The program that stays, with the settings of its start, looks and shows cards."""
        self.program.refresh()
        faces(self.program)

    def command(self) -> None:
        """Another program looks; what the index says then is what one made anew says, and nothing is left to follow."""
        followed = open_collection(self.root, self.environ)
        assert_index_is_the_text(followed, self.root.parent)
        assert not followed.db.execute("select card from moved union all select old from renamed").fetchall()
        kept = followed.db.execute(
            "select card, wording, back from face where card in (select id from card where active)"
        )
        for card, wording, back in kept.fetchall():
            made = face(followed.note_of(card), content.load_types(self.root)[0], card.partition(":")[2], wording)
            assert back == made.back
        followed.db.close()


EDITS: Sequence[Callable[[Edited], None]] = (
    *[Edited.deck] * 3, Edited.deck_of_the_same_size_and_time, Edited.deck_moved, Edited.deck_gone, Edited.type_,
    Edited.settings, *[Edited.events_arrive] * 3, Edited.journal_changed, *[Edited.sitting] * 3, *[Edited.command] * 6,
)  # fmt: skip


def faces(collection: Collection) -> None:
    """Have the faces of the cards that can be studied made and kept."""
    for (card,) in collection.db.execute("select id from card where active").fetchall():
        collection.face(card)


@settings(max_examples=times(5))
@given(seed=st.integers(0, 2**32), edits=st.lists(st.sampled_from(EDITS), min_size=20, max_size=40))
def test_whatever_changes_is_followed(seed: int, edits: list[Callable[[Edited], None]]) -> None:
    """After any changes to decks, note types, settings and journal, which two programs follow now and then with one
    index, that says what one made anew says.
    """
    with TemporaryDirectory() as folder:
        edited = Edited(Path(folder), Random(seed))
        for edit in (*edits, Edited.command):
            edit(edited)
        edited.program.db.close()
