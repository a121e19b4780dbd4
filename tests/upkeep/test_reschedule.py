from pathlib import Path

from srs.collection.collection import Collection
from srs.memory.state import Reviewing
from srs.upkeep.reschedule import carry_out, plan
from tests.support import basic_deck, make_collection, moment, open_collection

DAY_MS = 86_400_000
IDS = tuple(f"note-{n}" for n in range(12))
ZONE = 'timezone = "Europe/Berlin"\n'
NOW = moment("2026-12-20T12:00:00+01:00")
WEIGHTS = [
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
    1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
]  # fmt: skip


def studied(tmp_path: Path, settings: str = "") -> Collection:
    """A collection whose cards were answered three times, opened anew with `settings`."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck(*IDS)}, ZONE)
    collection = open_collection(root, environ)
    for round_, day in enumerate((0, 4, 12)):
        for n, id_ in enumerate(IDS):
            rating = 4 if not round_ else 2 + n % 3
            collection.answer(f"{id_}:answer", rating, moment() + day * DAY_MS + n * 60_000, 1000)
    (root / "srs.toml").write_text(ZONE + settings, "utf-8")
    return open_collection(root, environ)


def dues(collection: Collection) -> dict[str, int | None]:
    return {view.id: view.due for view in collection.cards(NOW)}


def stabilities(collection: Collection) -> list[float | None]:
    return [view.stability for view in collection.cards(NOW)]


def test_without_a_change_nothing_moves(tmp_path: Path) -> None:
    """Where the settings are those of the last answers, every card is where they put it."""
    collection = studied(tmp_path)
    planned = plan(collection, list(collection.cards(NOW)), NOW)
    assert (planned.moves, planned.cards, planned.before) == ((), len(IDS), planned.after)


def test_settings_move_no_date(tmp_path: Path) -> None:
    """New parameters change what is known of each memory, and new retention what an answer gives; no date moves."""
    before = studied(tmp_path / "before")
    after = studied(tmp_path / "after", f"[study]\ndesired_retention = 0.8\n[fsrs]\nparameters = {WEIGHTS}\n")
    assert stabilities(after) != stabilities(before)
    assert dues(after) == dues(before)


def test_a_lower_retention_moves_cards_out(tmp_path: Path) -> None:
    """Asked to, cards go to the days that the new settings give, as one batch that one undo takes back."""
    collection = studied(tmp_path, "[study]\ndesired_retention = 0.75\n")
    before = dues(collection)
    planned = plan(collection, list(collection.cards(NOW)), NOW)
    assert len(planned.moves) == len(IDS) and all(move.new > move.old for move in planned.moves)
    carry_out(collection, planned.moves, NOW)
    assert dues(collection) == {move.card: move.new for move in planned.moves}
    assert plan(collection, list(collection.cards(NOW)), NOW).moves == ()
    assert len(collection.undo(NOW + 1000)) == len(IDS)
    assert dues(collection) == before


def test_the_load_before_and_after(tmp_path: Path) -> None:
    """The load counts each card once on its day, overdue ones today, suspended ones nowhere."""
    collection = studied(tmp_path, "[study]\ndesired_retention = 0.75\n")
    now = NOW + 400 * DAY_MS
    assert plan(collection, [], now).before == {collection.day(now): len(IDS)}
    planned = plan(collection, list(collection.cards(NOW)), NOW)
    assert sum(planned.before.values()) == sum(planned.after.values()) == len(IDS)
    carry_out(collection, planned.moves, NOW)
    again = plan(collection, [], NOW)
    assert again.before == {day: count for day, count in planned.after.items() if count}


def test_a_chosen_day(tmp_path: Path) -> None:
    """Cards can be sent to a day by hand; the next answer takes the time that really passed into account."""
    collection = studied(tmp_path)
    day = collection.day(NOW) + 3
    views = list(collection.cards(NOW))[:2]
    carry_out(collection, plan(collection, views, NOW, day).moves, NOW)
    assert [dues(collection)[view.id] for view in views] == [day, day]
    state = collection.state(views[0].id)
    collection.answer(views[0].id, 3, NOW + 3 * DAY_MS, 0)
    progress = collection.state(views[0].id).progress
    assert isinstance(progress, Reviewing) and isinstance(state.progress, Reviewing)
    assert progress.memory != state.progress.memory and progress.due > day


def test_new_and_learning_cards_stay(tmp_path: Path) -> None:
    """Only cards in review have a day to be moved to."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one", "two")}, ZONE)
    collection = open_collection(root, environ)
    collection.answer("one:answer", 1, NOW, 0)
    assert plan(collection, list(collection.cards(NOW)), NOW, collection.day(NOW) + 9).cards == 0
