"""The keys of a walk: what each means, the words for it, as many on a line as fit. Knows no walk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from srs.cli.preferences import Preferences
from srs.cli.terminal.screen import Screen

HELP = "H"
"""Where `?` says that something is doubted, this tells the keys."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key and its action. `word` stands at the foot (empty: not there), `meaning` in the list of all keys."""

    key: str
    action: str
    word: str
    meaning: str


def action_of(key: str, here: Sequence[Key], prefs: Preferences, shared: Sequence[str]) -> str:
    """What a key means, empty: nothing. The user's own keys hold for actions that are `shared`, where they are free."""
    for each in here:
        if each.key == key:
            return each.action
    meant = prefs.keys.get(key, "")
    return meant if meant in shared and any(each.action == meant for each in here) else ""


def key_of(action: str, here: Sequence[Key], prefs: Preferences, shared: Sequence[str]) -> str:
    """The key of an action that is told: the user's own where it holds here."""
    taken: Mapping[str, str] = {each.key: each.action for each in here}
    own = prefs.keys_of(action) if action in shared else ()
    fixed = next((each.key for each in here if each.action == action), "")
    return next((each for each in own if taken.get(each, action) == action), fixed)


def foot(here: Sequence[Key], prefs: Preferences, shared: Sequence[str], screen: Screen) -> list[str]:
    """Keys and what they do in a word or two, as many on a line as fit."""
    lines, line, room = [], "", 0
    for each in here:
        if not each.word:
            continue
        key = key_of(each.action, here, prefs, shared)
        wide = len(key) + 1 + len(each.word)
        if line and room < wide + 3:
            lines.append(line)
            line = ""
        if not line:
            room = screen.columns + 3
        styled = f"{screen.colours.paint(key, 'key')} {each.word}"
        line = f"{line}   {styled}" if line else styled
        room -= wide + 3
    return [*lines, line]


def explained(here: Sequence[Key], prefs: Preferences, shared: Sequence[str]) -> list[tuple[str, str]]:
    """All keys and what they do, in a sentence each."""
    return [(key_of(each.action, here, prefs, shared), each.meaning) for each in here]
