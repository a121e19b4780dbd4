"""Parameters of the memory model put into the settings, without a date moving. Knows nothing of how they were found.

A due day that an answer promised stands whatever the parameters. One that was worked out by the rules, since two
devices met or an event was undone, hangs on them; where the new ones would give another day, a `due` event holds it.
"""

from collections.abc import Sequence

from srs.collection.collection import Collection
from srs.collection.content import deck_of
from srs.collection.files import locked, open_regular
from srs.collection.locations import SETTINGS_NAME
from srs.collection.recorded import events_of_card
from srs.collection.settings import Settings, SettingsError, settings_of
from srs.collection.settingsfile import SIGNED, with_parameters
from srs.collection.toml import Document
from srs.errors import SrsError
from srs.memory.days import iso_day
from srs.memory.events import SetDue
from srs.memory.fold import fold
from srs.memory.fsrs6 import Fsrs6
from srs.memory.state import Reviewing
from srs.values import replace

# Cards in review whose last answer may not have been given to the card as it stands now: the fold decides.
_DOUBTFUL = """
select s.card, s.due from state s join event e on e.id = s.last_event
where s.kind = 2 and e.do = 'review' and (
  e.written_at is not null or e.step is not null or e.due is not s.due
  or 'review ' || e.after is not (
    select p.do || ' ' || p.id from event p
    where p.subject = e.subject and not p.dead and (p.at, p.id) < (e.at, e.id)
      and (p.do = 'review' and p.mode = 'study' or p.do in ('reset', 'due'))
    order by p.at desc, p.id desc limit 1))
"""


def adopt(collection: Collection, deck: str | None, parameters: tuple[float, ...], says: str, now: int) -> None:
    """Have `parameters` hold for a deck and what is under it (None: for all decks), from the next command on.

    `says` tells in the file on what they were fitted and how much better they are. Raises SrsError, and what `record`
    and `replace` raise; then the settings are as they were.
    """
    day = iso_day(collection.day(now))
    then = _with(collection.settings, deck, parameters)
    held = _moved(collection, then)
    with locked(collection.root):
        with open_regular(collection.root / SETTINGS_NAME) as file:
            old = file.read()
        if settings_of(Document(SETTINGS_NAME, old, SettingsError)) != collection.settings:
            raise SrsError(f"{SETTINGS_NAME} was changed meanwhile", "nothing was written; repeat the command")
        new = with_parameters(old, deck, parameters, day, f"{SIGNED} on {day} {says}")
        collection.record_batch(list(held), now, lambda id, at, card, of: SetDue(id, at, card, held[card], of))
        collection.replace(SETTINGS_NAME, old, new)


def _with(settings: Settings, deck: str | None, parameters: Sequence[float]) -> Settings:
    if deck is None:
        return replace(settings, defaults=replace(settings.defaults, parameters=tuple(parameters)))
    return replace(
        settings, decks={**settings.decks, deck: {**settings.decks.get(deck, {}), "parameters": tuple(parameters)}}
    )


def _moved(collection: Collection, then: Settings) -> dict[str, int]:
    """The due days of today of the cards that other settings would give another one."""
    found = {}
    for card, due in collection.db.execute(_DOUBTFUL).fetchall():
        rules, _ = collection.rules_and_model(card)
        parameters = then.for_deck(deck_of(collection.db, card)).parameters
        model = Fsrs6(parameters) if parameters else Fsrs6()
        state = fold(events_of_card(collection.db, card), rules, model)
        if isinstance(state.progress, Reviewing) and state.progress.due != due:
            found[card] = due
    return found
