from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import fsrs
import pytest

from srs.memory.days import DAY_MS
from srs.memory.state import Learning, Relearning, Reviewing
from tests.support import basic_deck, environ_of, make_collection, open_collection

CARD = "one:answer"


@pytest.mark.parametrize("zone_name", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
def test_a_year_through_journal_and_index(tmp_path: Path, zone_name: str) -> None:
    """A year of answers, over both clock changes, opened again now and then and read whole by another device, has the
    states, memories, intervals and due days of a plain fsrs loop on study days.
    """
    zone = ZoneInfo(zone_name)
    settings = f'timezone = "{zone_name}"\n[fsrs]\nfuzz = false\n'
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")}, settings)
    collection = open_collection(root, environ)
    scheduler, card = fsrs.Scheduler(enable_fuzzing=False), fsrs.Card(1)
    for n in range(365):
        # Early, late and after midnight in turn; the small hours belong to the study day before.
        wall = datetime(2026, 2, 1, (9, 23, 3)[n % 3], 45).replace(tzinfo=zone) + timedelta(days=n)
        at, study_day = round(wall.timestamp() * 1000), wall.date() - timedelta(days=wall.hour < 4)
        midnight = datetime.combine(study_day, datetime.min.time(), UTC)
        for minutes in (0, 11) if n % 40 == 0 else (0,):
            rating = (3, 3, 4, 3, 1, 3, 2)[(n + minutes) % 7]
            answered = collection.answer(CARD, rating, at + minutes * 60_000, None)
            card, _ = scheduler.review_card(card, fsrs.Rating(rating), midnight)
            assert answered.review.day == study_day.toordinal()
            progress = collection.state(CARD).progress
            assert isinstance(progress, Learning | Relearning | Reviewing)
            assert progress.memory == (card.stability, card.difficulty)
            if isinstance(progress, Reviewing):
                assert card.state == fsrs.State.Review
                assert answered.answer.interval_days == (card.due - midnight).days
                assert progress.due == card.due.toordinal()
                assert collection.day(collection.day_start(progress.due)) == progress.due
            else:
                assert type(progress).__name__ == card.state.name and progress.step == card.step
                assert 0 < progress.due - answered.review.at < DAY_MS
        if n % 100 == 0:
            collection.db.close()
            collection = open_collection(root, environ)
    anew = open_collection(root, environ_of(tmp_path, "there-0002")).state(CARD)
    here = collection.state(CARD)
    assert (anew.reps, anew.lapses, anew.last_event) == (here.reps, here.lapses, here.last_event)
    assert isinstance(anew.progress, Learning | Relearning | Reviewing)
    assert anew.progress.due == getattr(here.progress, "due", None)
    assert anew.progress.memory == pytest.approx((card.stability, card.difficulty), rel=1e-9)
