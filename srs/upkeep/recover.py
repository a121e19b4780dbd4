"""Events that left the journal, put back into it as they were."""

from srs.collection.collection import Collection
from srs.memory import events as ev
from srs.upkeep.journalscan import RECOVERED


def recover(collection: Collection) -> int:
    """Put back every event that left the journal; how many. On disk when this returns. Raises NewerJournal.

    They get a file of their own: the lines of the others stand in the order in which things happened.
    """
    with collection.turn():
        collection.refuse_newer()
        events = collection.lost_events()
        if events:
            path = collection.journal_folder / f"{collection.device}.{RECOVERED}.jsonl"
            lines = [ev.encode(event) for event in events]
            collection.append(path, ev.header_line(collection.device), lines)
            collection.refresh()
    return len(events)
