"""New parameters in the settings: no date moves, and nothing is left half done."""

from dataclasses import replace
from pathlib import Path

import pytest

from srs.collection.collection import Collection
from srs.errors import SrsError
from srs.memory.events import Reset, Review, SetDue, Undo, encode, header_line
from srs.memory.fsrs6 import DEFAULT_PARAMETERS
from srs.upkeep.adopt import adopt
from tests.insight.drawn import drawn_parameters
from tests.insight.studied import AFTER, EPOCH_DAY, study
from tests.support import basic_deck, environ_of, make_collection, moment, open_collection, write_deck

OWN = tuple(round(each, 4) for each in drawn_parameters(3))
SAYS = "to 2,000 reviews: log loss 0.4 instead of 0.5 on the latest 300."
NOW = moment(AFTER)
SETTINGS = 'timezone = "UTC"\n'


def due_days(collection: Collection) -> dict[str, tuple[str, int | None]]:
    """State and due of every card."""
    return {card.id: (card.state, card.due) for card in collection.cards(NOW)}


def stabilities(collection: Collection) -> dict[str, float | None]:
    """The stability of every card."""
    return {card.id: card.stability for card in collection.cards(NOW)}


def test_memories_change_and_no_date_does(tmp_path: Path) -> None:
    """All cards keep their due day, all that were answered get another stability, and no event is written."""
    root, environ = make_collection(tmp_path, {"new.yaml": basic_deck("never")}, SETTINGS)
    study(root, OWN, 600, 1)
    before = open_collection(root, environ)
    days, known = due_days(before), stabilities(before)
    adopt(before, None, OWN, SAYS, NOW)
    after = open_collection(root, environ)
    assert due_days(after) == days
    changed = {card for card, stability in stabilities(after).items() if stability != known[card]}
    assert changed == days.keys() - {"never:answer"}
    assert [path.name for path in (root / "journal").iterdir()] == ["elsewhere-0001.drawn.jsonl"]
    assert after.settings.defaults.parameters == OWN


def meet(root: Path, found: dict[str, list[Review]]) -> dict[str, Review]:
    """Let another device answer each card a day after its second last answer, without knowing of the last one."""
    others = {}
    for number, (card, answers) in enumerate(found.items()):
        if len(answers) > 1:
            seen = answers[-2]
            at = answers[-1].at - 1 if number % 2 else answers[-1].at + 86_400_000
            others[card] = replace(
                seen, id=f"other-{number:04}", at=at, day=at // 86_400_000 + EPOCH_DAY, after=seen.id, rating=3
            )
    lines = [header_line("other-0002"), *map(encode, others.values())]
    (root / "journal/other-0002.2026.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return others


def test_dates_that_the_rules_gave_are_held(tmp_path: Path) -> None:
    """Where two devices met, a due day hangs on the parameters; it stays too, by an event, and one undo takes all."""
    root, environ = make_collection(tmp_path, {}, SETTINGS)
    found = study(root, OWN, 600, 1)
    meet(root, dict(found.answers))
    before = open_collection(root, environ)
    days = due_days(before)
    adopt(before, None, OWN, SAYS, NOW)
    after = open_collection(root, environ)
    assert due_days(after) == days
    held = [event for event, _, dead in after.recent(10_000) if isinstance(event, SetDue) and not dead]
    assert held
    taken = after.undo(NOW + 1)
    assert len(taken) > len(held) and all(isinstance(event, SetDue) for event in taken)
    moved = {card for card, stands in due_days(open_collection(root, environ)).items() if stands != days[card]}
    assert moved == {event.card for event in taken if isinstance(event, SetDue)}


def test_dates_in_a_deck_with_settings_of_its_own(tmp_path: Path) -> None:
    """Where a deck has a table in the settings, its dates are held when it gets parameters of its own."""
    root, environ = make_collection(tmp_path, {}, f'{SETTINGS}[deck."Drawn"]\nleech_at = 9\n')
    meet(root, dict(study(root, OWN, 300, 1).answers))
    before = open_collection(root, environ)
    days = due_days(before)
    adopt(before, "Drawn", OWN, SAYS, NOW)
    after = open_collection(root, environ)
    assert due_days(after) == days
    assert any(isinstance(event, SetDue) for event, _, _ in after.recent(10_000))


def test_each_way_in_which_a_promise_falls(tmp_path: Path) -> None:
    """An undone, reset or moved past under an answer leaves its due day to the rules; all of these are held."""
    ids = ("plain", "undone", "reset", "moved", "fresh")
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck(*ids)}, f"{SETTINGS}[fsrs]\nfuzz = false\n")
    events = []
    start = moment("2026-01-01T09:00:00Z")

    def answered(number: int, card: str, day: int, after: str | None) -> Review:
        at = start + day * 86_400_000 + number
        days = at // 86_400_000 + EPOCH_DAY
        return Review(f"id-{number:02}", at, card, 3, 1000, "study", days, days + 4, None, after)

    for number, card in enumerate(ids):
        name, base = f"{card}:answer", 10 * number
        events += [answered(base, name, 0, None), answered(base + 1, name, 5, f"id-{base:02}")]
        events.append(answered(base + 2, name, 30, f"id-{base + 1:02}"))
    events += [
        Undo("un-1", NOW - 5000, "id-11"), Reset("re-1", start + 10 * 86_400_000, "reset:answer"),
        SetDue("mo-1", start + 10 * 86_400_000, "moved:answer", EPOCH_DAY + 21_000),
        Reset("re-2", start - 5, "fresh:answer"),
    ]  # fmt: skip
    (root / "journal").mkdir()
    lines = [header_line("elsewhere-0001"), *map(encode, events)]
    (root / "journal/elsewhere-0001.2026.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    before = open_collection(root, environ)
    days = due_days(before)
    adopt(before, None, OWN, SAYS, NOW)
    after = open_collection(root, environ)
    assert due_days(after) == days
    held = {event.card for event, _, dead in after.recent(100) if isinstance(event, SetDue) and event.id != "mo-1"}
    assert "plain:answer" not in held and "fresh:answer" not in held
    after.undo(NOW + 1)
    assert due_days(open_collection(root, environ)) != days


def test_one_deck_alone(tmp_path: Path) -> None:
    """Parameters of a deck change the memories of its cards and of those under it, and of no others."""
    root, environ = make_collection(tmp_path, {}, SETTINGS)
    for deck, seed in (("A", 1), ("A::B", 2), ("C", 3)):
        study(root, OWN, 100, seed, deck, f"elsewhere-000{seed}")
    before = open_collection(root, environ)
    known, days = stabilities(before), due_days(before)
    adopt(before, "A", OWN, SAYS, NOW)
    after = open_collection(root, environ)
    changed = {card.split("-")[0] for card, stability in stabilities(after).items() if stability != known[card]}
    assert changed == {"a"}
    assert due_days(after) == days
    assert after.settings.for_deck("A::B").parameters == OWN
    assert after.settings.defaults.parameters is None


def test_the_file_says_where_they_come_from(tmp_path: Path) -> None:
    """Above them stands when they were fitted, on what, and how much better they are; a copy of the file is kept."""
    root, environ = make_collection(tmp_path, {}, SETTINGS)
    collection = open_collection(root, environ)
    adopt(collection, None, OWN, SAYS, NOW)
    lines = (root / "srs.toml").read_text().splitlines()
    assert lines == [
        'timezone = "UTC"', "", "[fsrs]", f"# Fitted by `srs optimize` on 2028-06-01 {SAYS}",
        f"parameters = {list(OWN)}",
    ]  # fmt: skip
    copies = [path.read_text() for path in (collection.copies_folder / "srs.toml").iterdir()]
    assert copies == [SETTINGS]


def test_a_file_that_changed_meanwhile(tmp_path: Path) -> None:
    """Settings that somebody changed while the fit ran are not written over; other bytes of the file may change."""
    root, environ = make_collection(tmp_path, {}, SETTINGS)
    collection = open_collection(root, environ)
    changed = f"{SETTINGS}[study]\nnew_per_day = 3\n"
    (root / "srs.toml").write_text(changed)
    with pytest.raises(SrsError, match=r"srs\.toml was changed meanwhile"):
        adopt(collection, None, OWN, SAYS, NOW)
    assert (root / "srs.toml").read_text() == changed
    (root / "srs.toml").write_text(f"# hello\n{SETTINGS}")
    adopt(collection, None, OWN, SAYS, NOW)
    assert (root / "srs.toml").read_text().startswith(f"# hello\n{SETTINGS}")


def test_where_it_cannot_be_written_nothing_is(tmp_path: Path) -> None:
    """Settings written so that the parameters cannot be put in stay as they are, and no event is written."""
    root, environ = make_collection(tmp_path, {}, f"{SETTINGS}fsrs = {{fuzz = true}}\n")
    found = study(root, OWN, 300, 1)
    meet(root, dict(found.answers))
    before = sorted((root / "journal").iterdir())
    with pytest.raises(SrsError, match=r"cannot be put into the table \[fsrs\]"):
        adopt(open_collection(root, environ), None, OWN, SAYS, NOW)
    assert (root / "srs.toml").read_text() == f"{SETTINGS}fsrs = {{fuzz = true}}\n"
    assert sorted((root / "journal").iterdir()) == before


def test_the_other_device_sees_the_same_days(tmp_path: Path) -> None:
    """A device that gets the settings and the journal has the same dates as that which adopted."""
    root, environ = make_collection(tmp_path, {}, SETTINGS)
    found = study(root, OWN, 300, 1)
    meet(root, dict(found.answers))
    collection = open_collection(root, environ)
    days = due_days(collection)
    adopt(collection, None, OWN, SAYS, NOW)
    assert due_days(open_collection(root, environ_of(tmp_path, "there-0002"))) == days


def test_back_to_the_old_ones(tmp_path: Path) -> None:
    """The comment that keeps the old parameters makes them hold again when the two lines change places."""
    root, environ = make_collection(tmp_path, {}, f"{SETTINGS}[fsrs]\nparameters = {list(DEFAULT_PARAMETERS)}\n")
    write_deck(root, "a.yaml", basic_deck("one"))
    adopt(open_collection(root, environ), None, OWN, SAYS, NOW)
    text = (root / "srs.toml").read_text()
    text = text.replace("\nparameters", "\n# parameters").replace("# until 2028-06-01: ", "")
    (root / "srs.toml").write_text(text)
    assert open_collection(root, environ).settings.defaults.parameters == DEFAULT_PARAMETERS
