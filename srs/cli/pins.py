"""The question before a sitting: is this new note one that you know, edited? Knows no keys."""

from srs.cli.output import ask, tell
from srs.collection.collection import Collection
from srs.errors import SrsError
from srs.words import plural

_ASKED = 5


def offer_pins(collection: Collection, terminal: bool) -> None:
    """Ask of each note that looks like an edited one whether it is; without a terminal, tell it on stderr.

    Either answer is written into the note, as the id that it had or as the one that it has, so it is asked once.
    """
    from srs.upkeep.pin import offers, pin

    found = offers(collection)
    if not terminal:
        for offer in found:
            tell(f"{offer.place}: looks like `{offer.old}`, edited; `srs check` says more.")
        return
    for offer in found[:_ASKED]:
        tell(f"{offer.place}: this looks like the same card as `{offer.old}`, edited.")
        said = ask("Keep its history? [Y/n]", "y")
        id = offer.old if said.lower().startswith("y") else offer.new
        try:
            place = pin(collection, offer.new, id)
        except SrsError as error:
            tell(error.sentences)
        else:
            tell(f"Wrote `id: {id}` at {place}.")
    if len(found) > _ASKED:
        more = plural(len(found) - _ASKED, "more note")
        tell(f"{more} look edited: `srs check` lists them, `srs check --fix` keeps their histories.")
