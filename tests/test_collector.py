"""The collector held back: it stays away while something is made, and does not fall upon it afterwards."""

import gc

from srs.collector import collector_paused


def test_what_was_made_is_not_walked_at_once() -> None:
    """Many objects made while the collector was off count as old when it is back, and it is on again."""
    frozen = gc.get_freeze_count()
    gc.unfreeze()
    try:
        with collector_paused():
            made = [[each] for each in range(60_000)]
        young = [*gc.get_objects(0), *gc.get_objects(1)]
        assert gc.isenabled()
        assert not {id(each) for each in made} & {id(each) for each in young}
    finally:
        if frozen:
            gc.freeze()


def test_the_frozen_stay_frozen() -> None:
    """What somebody froze before is not thawed."""
    gc.freeze()
    frozen = gc.get_freeze_count()
    with collector_paused():
        made = [[each] for each in range(60_000)]
    assert made and gc.get_freeze_count() == frozen
    gc.unfreeze()


def test_what_was_young_stays_young() -> None:
    """Where few objects were made, garbage from before is not taken for old with them."""
    gc.collect()
    before = [[]]
    with collector_paused():
        made = [[each] for each in range(100)]
    assert made and any(each is before for each in gc.get_objects(0))
