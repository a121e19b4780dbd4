"""The keys of `srs fix`: what each means for the case that is shown, and the words for it. Knows no screen."""

from collections.abc import Mapping

from srs.cli.preferences import Preferences
from srs.study.fixing import Showing

_OF_A_CARD = {"e": "edit", "p": "split", "s": "suspend", "c": "clear"}
_OF_A_CONFLICT = {"1": "mine", "2": "other", "e": "edit"}
_OF_ALL = {"n": "skip", "u": "undo", "o": "source", "i": "why", "?": "help", "q": "quit"}
_KEYS = {action: key for keys in (_OF_A_CARD, _OF_A_CONFLICT, _OF_ALL) for key, action in keys.items()}
_SHARED = ("edit", "suspend", "skip", "undo", "source", "why", "help", "quit")  # may have other keys in config.toml

_WORDS = {
    "edit": "edit", "split": "split", "suspend": "suspend", "clear": "fine now", "mine": "keep mine",
    "other": "take the other", "skip": "next", "undo": "undo", "help": "keys", "quit": "ends",
}  # fmt: skip

_MEANINGS = {
    "edit": "edit it in your editor, and see it again as edited",
    "split": "write smaller questions, which become cards of the same note",
    "suspend": "suspend it: no reviews, and not here any more",
    "clear": "it is fine now: its mark goes, and a suspended one comes up again",
    "mine": "keep your version; the other one goes",
    "other": "take the other version; the note keeps its id and its history",
    "skip": "the next one; this one stays to be mended",
    "undo": "take back what was done last in this walk, again and again",
    "source": "the text or the page that it comes from",
    "why": "all that is known of your memory of it",
    "help": "these keys",
    "quit": "end; so do Ctrl-C and Ctrl-D",
}


def action(key: str, showing: Showing, prefs: Preferences) -> str:
    """What a key means here, empty: nothing; those of the user's own keys that fit hold as well."""
    here = _here(showing)
    if key in here:
        return here[key]
    meant = prefs.keys.get(key, "")
    return meant if meant in _SHARED and meant in here.values() else ""


def key(action: str, showing: Showing, prefs: Preferences) -> str:
    """The key of an action that is told: the user's own where it holds here, else that of the walk."""
    here = _here(showing)
    own = prefs.keys_of(action) if action in _SHARED else ()
    return next((each for each in own if here.get(each, action) == action), _KEYS[action])


def told(showing: Showing, prefs: Preferences) -> list[tuple[str, str]]:
    """Keys and what they do, in a word or two, for the foot."""
    words = dict(_WORDS)
    if showing.view is not None and showing.view.suspended:
        words["suspend"] = "leave suspended"
    if showing.mine and showing.other:
        words["edit"] = "edit both"
    return [(key(action, showing, prefs), words[action]) for action in _here(showing).values() if action in words]


def explained(showing: Showing, prefs: Preferences) -> list[tuple[str, str]]:
    """All keys and what they do, in a sentence each."""
    return [(key(action, showing, prefs), _MEANINGS[action]) for action in _here(showing).values()]


def _here(showing: Showing) -> dict[str, str]:
    """The action of each key: first those that fit this case, then those of every one."""
    return {**_of_case(showing), **_OF_ALL}


def _of_case(showing: Showing) -> Mapping[str, str]:
    if showing.problem:
        return {"e": "edit"}
    if not showing.case.conflict:
        return _OF_A_CARD
    return _OF_A_CONFLICT if showing.mine else {key: _OF_A_CONFLICT[key] for key in ("1", "e")}
