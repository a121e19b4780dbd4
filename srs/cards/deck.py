"""One deck file to notes: which keys there are, what each may hold, and every problem found. Knows nothing of disks.

`read_deck` never raises on content. A problem in a note leaves out the note. A syntax error, or a problem in one of
the keys that govern every note (`deck`, `tags`, `cards`, `draft`, `format`, `notes`), leaves out all notes of the file.
Their cards keep their history. What shows only across files (a duplicate id, an unknown need) is `crosscheck`'s.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from srs.cards import tree
from srs.cards.identity import ID_RULE, derived_id, valid_id
from srs.cards.note import DeckFile, Note, Place, Prompt
from srs.cards.notetype import Field, NoteType, NoteTypes
from srs.cards.tree import Mapping, Node, Position, Sequence, Text
from srs.cards.yamlwords import control_character
from srs.collector import collector_paused
from srs.errors import Problem, Severity, sentence
from srs.values import frozen

FILE_KEYS = ("deck", "tags", "notes", "author", "licence", "description", "cards", "format", "draft")
NOTE_KEYS = (
    "id", "tags", "needs", "was", "draft", "cards", "decks", "guid", "type", "fields", "from", "prompts", "quiet"
)  # fmt: skip
"""The keys a note of any type may have; no field can be named like one of them."""
PROMPT_KEYS = ("q", "a", "id")
FORMAT = 1
"""Of deck and note type files; one that says none is of format 1, today and ever after."""
NO_CONTROLS = "No card may hold one, but for an HTML field that came from elsewhere."
NO_FORMAT = (f"`format` must be {FORMAT}.", f"Write `format: {FORMAT}`, or leave it out.")

_GOVERNING = {"deck", "tags", "cards", "draft", "format", "notes"}
_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_ESCAPE = re.compile(r"\\[xuU]")
_CLOZE = re.compile(r"c[1-9][0-9]{0,2}", re.ASCII)
_LATER = re.compile(r"(?!1$)[1-9][0-9]*", re.ASCII)
_ID_HINT = sentence(ID_RULE)
_QUIET_HINT = "Write `rule: why it does not hold here`, for each rule on a line of its own."
_LIST_HINT = "Write a list: `[one, two]`, or each on a line of its own after `- `."


def read_deck(path: str, data: bytes, types: NoteTypes) -> DeckFile:
    """Read a deck file's bytes. `path` is relative to the collection; `types` are all known note types by name."""
    with collector_paused():
        # The tree has no name here: it is gone by the time the collector is back, and is never walked.
        return _DeckReader(path, types).read(tree.parse(path, data))


def deck_of_path(path: str) -> str:
    """The deck of a file that names none: `decks/karpathy/concepts.yaml` is `karpathy::concepts`."""
    return "::".join(path.removeprefix("decks/").rsplit(".", 1)[0].split("/"))


def newer_format(path: str, root: Mapping) -> Problem | None:
    """What to say of a deck or note type file of a later format than ours; None where it is of ours."""
    node = root.values.get("format")
    if not isinstance(node, Text) or not _LATER.fullmatch(node.value):
        return None
    message = f"This file is written in format {tree.shown(node.value)}, and this srs reads format {FORMAT}."
    hint = "Update srs; until then the file is left out, and its cards keep their history."
    return Problem(path, node.line, node.column, "error", "newer-format", message, hint)


def is_format(node: Node) -> bool:
    """Whether the value of `format:` is a format that we read."""
    return isinstance(node, Text) and node.value == str(FORMAT)


class _Wrong(Exception):
    """One value cannot be used; carries the words of the problem."""

    def __init__(self, node: Node, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.node, self.code, self.message, self.hint = node, code, message, hint


@frozen
class _Spec:
    """What reading needs to know of a note type, looked up once per file."""

    type: NoteType
    fields: dict[str, Field]
    plain: frozenset[str]
    names_it: str
    required: tuple[str, ...]
    identifying: tuple[str, ...]
    templates: frozenset[str]


def _spec(type: NoteType) -> _Spec:
    fields = {field.name: field for field in type.fields}
    # A type from elsewhere may call a field `id` or `tags`; it is then written under `fields:` only.
    plain = frozenset(
        name
        for name, field in fields.items()
        if not field.derived and field.kind not in ("date", "choice") and name not in NOTE_KEYS
    )
    required = tuple(field.name for field in type.fields if field.required and not field.derived)
    names_it = type.marker or next(iter(fields), "")
    identifying = tuple(dict.fromkeys((*required, names_it)))
    templates = frozenset(template.id for template in type.templates)
    return _Spec(type, fields, plain, names_it, required, identifying, templates)


@dataclass(slots=True)
class _Head:
    """The file's own keys, as far as the notes need them."""

    deck: str
    tags: tuple[str, ...] = ()
    cards: tuple[str, ...] | None = None
    draft: bool = False


class _DeckReader:
    def __init__(self, path: str, types: NoteTypes) -> None:
        self.path = path
        self.types = types
        self.specs: dict[str, _Spec] = {}
        self.markers = {type.marker: self.spec(name) for name, type in types.items() if type.marker}
        self.by_keys: dict[tuple[str, ...], _Spec] = {}
        self.escapes = False
        self.problems: list[Problem] = []

    def read(self, parsed: tree.Parsed) -> DeckFile:
        self.problems += parsed.problems
        self.head = _Head(deck_of_path(self.path))
        about: dict[str, str | None] = {}
        notes: tuple[Note, ...] = ()
        root = parsed.root
        # Only an escape can bring a control character past the reader, and hardly any file has one.
        self.escapes = "\\" in parsed.text and _ESCAPE.search(parsed.text) is not None
        if isinstance(root, Mapping):
            if newer := newer_format(self.path, root):
                # Whatever else seems wrong in it may be right in its format.
                return DeckFile(self.path, self.head.deck, None, None, None, (), (newer,))
            items, end = _items_and_end(root)
            damaged = _damaged(items, end, parsed.problems)
            usable = self.read_head(root, about) and -1 not in damaged
            read = [note for number, item in enumerate(items) if (note := self.read_note(item, number in damaged))]
            notes = tuple(read) if usable else ()
        elif root is not None:
            hint = "It starts with keys such as `deck:` and `notes:`."
            self.report(root, "not-a-deck", "A deck file is a set of keys, and this is not.", hint)
        self.problems.sort()
        return DeckFile(
            self.path,
            self.head.deck,
            about.get("author"),
            about.get("licence"),
            about.get("description"),
            notes,
            tuple(self.problems),
        )

    def read_head(self, root: Mapping, about: dict[str, str | None]) -> bool:
        """Read the file's own keys into `head` and `about`; False if the notes cannot be used."""
        usable = True
        for key, node in root.values.items():
            try:
                if self.escapes and key != "notes":
                    _refuse_controls(node)
                if key in ("author", "licence", "description"):
                    about[key] = _text(node, key) or None
                elif key in _GOVERNING:
                    self.read_governing(key, node)
                else:
                    self.unknown_key(key, root.keys[key], FILE_KEYS, "a deck file")
            except _Wrong as wrong:
                self.report_wrong(wrong)
                usable = usable and key not in _GOVERNING
        return usable

    def read_governing(self, key: str, node: Node) -> None:
        head = self.head
        if key == "deck":
            head.deck = _deck_name(node) or head.deck
        elif key == "tags":
            head.tags = _tags(node)
        elif key == "draft":
            head.draft = _truth(node)
        elif key == "cards":
            known = {template.id for type in self.types.values() for template in type.templates}
            head.cards = _picked(node, known, "any note type")
        elif key == "format":
            if not is_format(node):
                raise _Wrong(node, "unknown-format", *NO_FORMAT)
        elif not isinstance(node, Sequence) and not _is_empty(node):
            raise _Wrong(node, "notes-not-a-list", "`notes:` must be a list.", "Start each note with `- `.")

    def read_note(self, node: Node, damaged: bool) -> Note | None:
        """One item of `notes`; None, with its problems reported, if it cannot be used."""
        before = len(self.problems)
        if not isinstance(node, Mapping):
            hint = "Write `- q: …` and on the next line `a: …`."
            self.report(node, "not-a-note", "A note is a set of keys, and this is not.", hint)
            return None
        keys = tuple(node.values)
        spec = self.by_keys.get(keys) or self.type_of(node, keys)
        if spec is None:
            return None
        note = _NoteReader(self, spec, node).read()
        wrong = len(self.problems) > before and any(found.severity == "error" for found in self.problems[before:])
        return None if damaged or wrong else note

    def type_of(self, note: Mapping, keys: tuple[str, ...]) -> _Spec | None:
        """The type that a note names or its keys tell, which is looked up once for the notes with just these keys."""
        if "type" in note.values:
            return self.named_type(note.values["type"])
        markers = self.markers
        found = [key for key in keys if key in markers]
        if len(found) > 1:
            # A type may have a field that is another type's marker; then it is the one that takes them all.
            whole = [key for key in found if all(other in markers[key].fields for other in found)]
            found = whole if len(whole) == 1 else found
        if len(found) == 1:
            self.by_keys[keys] = spec = markers[found[0]]
            return spec
        if found:
            line, column = note.keys[found[1]]
            message = f"`{found[0]}` and `{found[1]}` each name a note type, and a note has one."
            self.report_at(line, column, "two-types", message, "Make two notes of it, or rename one key.")
        else:
            names = ", ".join(f"`{marker}`" for marker in markers)
            hint = f"A note has one of the keys {names}, or `type:` and `fields:`."
            near = _nearest(note.values, markers)
            self.report(note, "no-type", "No key of this note says what type it is.", near + hint)
        return None

    def named_type(self, node: Node) -> _Spec | None:
        name = node.value if isinstance(node, Text) else ""
        if name not in self.types:
            message = f"There is no note type named `{tree.shown(name)}`."
            self.report(node, "unknown-type", message, _nearest([name], self.types).strip())
            return None
        return self.spec(name)

    def spec(self, name: str) -> _Spec:
        """Of types that came in there may be hundreds, and a file has notes of few."""
        if name not in self.specs:
            self.specs[name] = _spec(self.types[name])
        return self.specs[name]

    def unknown_key(self, key: str, at: Position, known: Iterable[str], owner: str) -> None:
        message = f"`{tree.shown(key)}` is not a key of {owner}."
        names = list(known)
        hint = _nearest([key], names).strip() or f"It may have {', '.join(f'`{name}`' for name in names)}."
        self.report_at(*at, "unknown-key", message, hint)

    def report_wrong(self, wrong: _Wrong) -> None:
        self.report(wrong.node, wrong.code, wrong.message, wrong.hint)

    def report(self, node: Node, code: str, message: str, hint: str = "", severity: Severity = "error") -> None:
        self.report_at(node.line, node.column, code, message, hint, severity)

    def report_at(
        self, line: int, column: int, code: str, message: str, hint: str = "", severity: Severity = "error"
    ) -> None:
        self.problems.append(Problem(self.path, line, column, severity, code, message, hint))


class _NoteReader:
    """One note being read; each problem is reported to the deck's reader and reading goes on."""

    __slots__ = ("deck", "fields", "node", "own", "spec", "wordings")

    def __init__(self, deck: _DeckReader, spec: _Spec, node: Mapping) -> None:
        self.deck = deck
        self.spec = spec
        self.node = node
        self.fields: dict[str, str] = {}
        self.own: dict[str, Any] = {}
        self.wordings: tuple[str, ...] = ()

    def read(self) -> Note | None:
        # This runs for every note of a collection: keys that hold a field's text as it is go no further than here.
        spec, fields = self.spec, self.fields
        plain = spec.plain if not self.deck.escapes else ()
        for key, value in self.node.values.items():
            if key in plain and value.__class__ is Text:
                if text := value[0]:
                    fields[key] = text
            else:
                self.read_key(key, value)
        needed = spec.required if self.own.get("id") else spec.identifying
        for name in needed:
            if name not in fields or fields[name].isspace():
                self.missing(needed)
                return None
        return self.note()

    def note(self) -> Note:
        head, own, spec = self.deck.head, self.own.get, self.spec
        draft = own("draft", head.draft)
        if not draft and self.fields.get("fidelity") == "unverified" and spec.fields["fidelity"].kind == "choice":
            self.warn_unverified()
        pinned, tags, cards, decks = own("id"), own("tags"), own("cards"), own("decks")
        return Note(
            pinned or derived_id(self.fields[spec.names_it]),
            pinned is not None,
            spec.type.name,
            head.deck,
            tuple(dict.fromkeys(head.tags + tags)) if tags else head.tags,
            self.fields,
            self.wordings,
            own("prompts", ()),
            own("needs", ()),
            own("was", ()),
            draft,
            cards if cards is not None or head.cards is None else self.deck_cards(head.cards),
            own("guid"),
            own("from"),
            Place(self.deck.path, self.node.line, self.node.column),
            self.decks(decks) if decks else {},
            own("quiet") or {},
        )

    def read_key(self, key: str, value: Node) -> None:
        """Read any key but a field that holds text as it is; a mistake is reported."""
        try:
            if self.deck.escapes and key not in ("fields", "guid"):
                _refuse_controls(value)
            if read := _COMMON.get(key):
                self.own[key] = read(value)
            elif key == "prompts":
                self.own[key] = tuple(self.prompts(value))
            elif key == "quiet":
                self.own[key] = self.silenced(value)
            elif key == "cards":
                self.own[key] = _picked(value, self.spec.templates, f"type {self.spec.type.name}")
            elif key == "decks":
                self.own[key] = value  # which cards there can be is known once the prompts are
            elif key == "fields":
                self.read_named_fields(value)
            elif key not in NOTE_KEYS:
                self.read_field(key, value, self.node)
        except _Wrong as wrong:
            self.deck.report_wrong(wrong)

    def read_named_fields(self, node: Node) -> None:
        if _is_empty(node):
            return
        if not isinstance(node, Mapping):
            raise _Wrong(node, "not-keys", "`fields:` must be a set of keys, one for each field.")
        for key, value in node.values.items():
            try:
                if key in self.node.values and key in self.spec.fields and key not in NOTE_KEYS:
                    message = f"`{tree.shown(key)}` stands in the note and under `fields:` as well."
                    raise _Wrong(value, "duplicate-key", message, "Keep one of the two.")
                field = self.spec.fields.get(key)
                if self.deck.escapes and (field is None or field.kind != "html"):
                    _refuse_controls(value)
                self.read_field(key, value, node)
            except _Wrong as wrong:
                self.deck.report_wrong(wrong)

    def deck_cards(self, chosen: tuple[str, ...]) -> tuple[str, ...] | None:
        """The deck's choice as far as this type has such templates; of a choice made for other types, the default."""
        return tuple(name for name in chosen if name in self.spec.templates) or None

    def silenced(self, node: Node) -> dict[str, str]:
        """The reasons by the rule of advice that each of them silences; what silences nothing is reported."""
        if _is_empty(node):
            return {}
        if not isinstance(node, Mapping):
            raise _Wrong(node, "not-keys", "`quiet:` must be a set of keys, one for each rule.", _QUIET_HINT)
        from srs.cards.advice.rules import NAMES

        found: dict[str, str] = {}
        for rule, value in node.values.items():
            reason = _text(value, rule)
            if rule not in NAMES:
                message = f"There is no rule of advice named `{tree.shown(rule)}`."
                hint = _nearest([rule], NAMES) + f"There are: {', '.join(NAMES)}."
                self.deck.report_at(*node.keys[rule], "unknown-rule", message, hint, "warning")
            elif not reason.strip():
                message = f"`{rule}` is silenced without a reason, so it speaks."
                self.deck.report_at(*node.keys[rule], "no-reason", message, _QUIET_HINT, "warning")
            else:
                found[rule] = reason
        return found

    def decks(self, node: Node) -> dict[str, str]:
        """The decks of cards that lie elsewhere than the note, by the name of the card; mistakes are reported."""
        if _is_empty(node):
            return {}
        if not isinstance(node, Mapping):
            hint = f"Write the name of a card and a deck: `{next(iter(self.spec.templates), 'c1')}: DECK`."
            self.deck.report(node, "not-keys", "`decks:` must be a set of keys, one for each card.", hint)
            return {}
        found = {}
        for name, value in node.values.items():
            try:
                if not self.is_card(name):
                    message = f"`{tree.shown(name)}` is not a card of this note."
                    raise _Wrong(value, "unknown-template", message, self.cards_hint(name))
                if deck := _deck_name(value):
                    found[name] = deck
            except _Wrong as wrong:
                self.deck.report_wrong(wrong)
        return found

    def is_card(self, name: str) -> bool:
        if name.startswith("p-"):
            return any(name == f"p-{prompt.id}" for prompt in self.own.get("prompts", ()))
        return bool(_CLOZE.fullmatch(name)) if self.spec.type.cloze else name in self.spec.templates

    def cards_hint(self, name: str) -> str:
        prompts = [f"p-{prompt.id}" for prompt in self.own.get("prompts", ())]
        known = [*(["c1", "c2"] if self.spec.type.cloze else sorted(self.spec.templates)), *prompts]
        more = ", …" if self.spec.type.cloze else ""
        return _nearest([name], known) + f"There are: {', '.join(known)}{more}."

    def prompts(self, node: Node) -> Iterator[Prompt]:
        if _is_empty(node):
            return
        if not isinstance(node, Sequence):
            hint = "Start each prompt with `- q: …`."
            self.deck.report(node, "prompts-not-a-list", "`prompts:` must be a list.", hint)
            return
        ids: set[str] = set()
        for item in node.items:
            try:
                prompt = self.prompt(item)
                if prompt.id in ids:
                    message = f"Two prompts of this note have the id `{tree.shown(prompt.id)}`."
                    raise _Wrong(item, "duplicate-prompt", message, "Give one of them another `id:`.")
            except _Wrong as wrong:
                self.deck.report_wrong(wrong)
            else:
                ids.add(prompt.id)
                yield prompt

    def prompt(self, node: Node) -> Prompt:
        if not isinstance(node, Mapping):
            hint = "Write `- q: …` and on the next line `a: …`."
            raise _Wrong(node, "not-a-prompt", "A prompt is a set of keys, and this is not.", hint)
        values = node.values
        for key in values:
            if key not in PROMPT_KEYS:
                self.deck.unknown_key(key, node.keys[key], PROMPT_KEYS, "a prompt")
        q = _texts(values["q"], "q") if "q" in values else ()
        a = _text(values["a"], "a") if "a" in values else ""
        if not q or not a.strip():
            missing = "a" if q else "q"
            raise _Wrong(node, "missing-field", f"A prompt needs `{missing}`, and this one has none.")
        id = _id(values["id"]) if "id" in values else None
        return Prompt(id or derived_id(q[0]), q, a, Place(self.deck.path, node.line, node.column))

    def read_field(self, key: str, value: Node, node: Mapping) -> None:
        """Read a field that stands in `node`: the note itself or what is under its `fields:`."""
        field = self.spec.fields.get(key)
        if field is None:
            known = (*self.spec.fields, *NOTE_KEYS) if node is self.node else self.spec.fields
            self.deck.unknown_key(key, node.keys[key], known, f"a note of type {self.spec.type.name}")
        elif field.derived:
            message = f"`{key}` cannot be written, because it is made from `{field.derived.of}`."
            self.deck.report_at(*node.keys[key], "derived-field", message, "Delete the key.")
        elif text := self.field_text(field, value):
            if field.kind == "date" and not _is_date(text):
                message = f"`{tree.shown(text)}` is not a date."
                raise _Wrong(value, "not-a-date", message, "A date is YYYY, YYYY-MM or YYYY-MM-DD.")
            if field.kind == "choice" and text not in field.choices:
                message = f"`{field.name}` cannot be `{tree.shown(text)}`."
                raise _Wrong(value, "not-a-choice", message, f"It is one of: {', '.join(field.choices)}.")
            self.fields[field.name] = text

    def field_text(self, field: Field, value: Node) -> str:
        """The text of a field; of a marker with several wordings, the first."""
        type = self.spec.type
        if isinstance(value, Sequence) and field.name == type.marker and not type.cloze:
            self.wordings = _texts(value, field.name)
            if not self.wordings:
                message = f"`{field.name}` is a list without a text."
                raise _Wrong(value, "empty-list", message, "Write one text, or a list of wordings.")
            return self.wordings[0]
        return _text(value, field.name)

    def missing(self, names: Iterable[str]) -> None:
        """Report the fields a note must have and has not, except for one that is there and wrong in another way."""
        for name in names:
            written = self.node.values.get(name)
            if self.fields.get(name, "").strip() or not (written is None or _is_empty(written)):
                continue
            place = self.node.keys.get(name, (self.node.line, self.node.column))
            message = f"A note of type {self.spec.type.name} needs `{name}`, and this one has none."
            self.deck.report_at(*place, "missing-field", message, f"Add `{name}: …`.")

    def warn_unverified(self) -> None:
        message = f"This {self.spec.type.name} is unverified, so it makes no card."
        hint = "Compare it with its source and change `fidelity:`, or keep it as `draft: true`."
        self.deck.report(self.node.values.get("fidelity", self.node), "unverified", message, hint, "warning")


def _refuse_controls(node: Node) -> None:
    """Raise _Wrong where a text holds a control character that an escape stands for."""
    for text in _texts_under(node):
        if text.style == '"' and (control := control_character(text.value)):
            raise _Wrong(text, "control-character", f"The escape stands for {control[1]}.", NO_CONTROLS)


def _texts_under(node: Node) -> Iterator[Text]:
    if isinstance(node, Text):
        yield node
    else:
        for inner in node.items if isinstance(node, Sequence) else node.values.values():
            yield from _texts_under(inner)


def _is_empty(node: Node) -> bool:
    return isinstance(node, Text) and not node.value.strip()


def _text(node: Node, key: str) -> str:
    if isinstance(node, Text):
        return node.value
    kind = "list" if isinstance(node, Sequence) else "set of keys"
    hint = f"A text that starts with `[` or `{{` needs a block: `{key}: |-` and the text below, indented."
    raise _Wrong(node, "not-a-text", f"`{key}` must be a text, and this is a {kind}.", hint)


def _optional(node: Node) -> str | None:
    if isinstance(node, Text):
        return node.value or None
    raise _Wrong(node, "not-a-text", "This must be a text.")


def _texts(node: Node, key: str) -> tuple[str, ...]:
    """A list of texts, or one text as a list of one; empty ones do not count."""
    if isinstance(node, Text):
        return (node.value,) if node.value.strip() else ()
    if isinstance(node, Mapping):
        raise _Wrong(node, "not-a-list", f"`{key}` must be a list of texts.", _LIST_HINT)
    return tuple([text for item in node.items if (text := _text(item, key)).strip()])


def _tags(node: Node) -> tuple[str, ...]:
    tags = _texts(node, "tags")
    for tag in tags:
        if len(tag.split()) != 1 or tag != tag.strip():
            raise _Wrong(node, "bad-tag", f"The tag `{tree.shown(tag)}` has a space in it.", _LIST_HINT)
    return tags


def _id(node: Node) -> str | None:
    text = _text(node, "id")
    if text and not valid_id(text):
        raise _Wrong(node, "bad-id", f"`{tree.shown(text)}` cannot be an id.", _ID_HINT)
    return text or None


def _ids(node: Node) -> tuple[str, ...]:
    ids = _texts(node, "ids")
    for id in ids:
        if not valid_id(id):
            raise _Wrong(node, "bad-id", f"`{tree.shown(id)}` cannot be an id.", _ID_HINT)
    return ids


def _picked(node: Node, known: Collection[str], owner: str) -> tuple[str, ...]:
    names = _texts(node, "cards")
    for name in names:
        if name not in known:
            hint = _nearest([name], known) + f"There are: {', '.join(sorted(known))}."
            raise _Wrong(node, "unknown-template", f"`{tree.shown(name)}` is not a card template of {owner}.", hint)
    return names


def _truth(node: Node) -> bool:
    truth = _TRUTHS.get(_text(node, "draft").lower())
    if truth is None:
        raise _Wrong(node, "not-a-truth", "`draft` is either true or false.")
    return truth


_COMMON: dict[str, Callable[[Node], object]] = {
    "id": _id,
    "tags": _tags,
    "needs": _ids,
    "was": _ids,
    "draft": _truth,
    "guid": _optional,
    "from": _optional,
}


def _deck_name(node: Node) -> str:
    name = _text(node, "deck").strip()
    if name and not all(part.strip() for part in name.split("::")):
        raise _Wrong(node, "bad-deck-name", f"The deck name `{tree.shown(name)}` has an empty part between its `::`.")
    return name


@lru_cache(4096)
def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return False
    return True


def _nearest(written: Iterable[str], known: Iterable[str]) -> str:
    """A sentence and a space, naming the known word nearest to one that was written; empty if none is near."""
    from difflib import get_close_matches

    names = list(known)
    for word in written:
        if near := get_close_matches(word[:60], names, 1):
            return f"Did you mean `{near[0]}`? "
    return ""


def _items_and_end(root: Mapping) -> tuple[list[Node], int]:
    """The notes as written, and the line at which the file's next key stands (or no line at all)."""
    notes = root.values.get("notes")
    if not isinstance(notes, Sequence):
        return [], 0
    after = [line for line, _ in root.keys.values() if line > root.keys["notes"][0]]
    return notes.items, min(after, default=sys.maxsize)


def _damaged(items: list[Node], end: int, problems: Iterable[Problem]) -> set[int]:
    """Which notes (by number; -1 for the file's own keys) the problems of the YAML itself touch."""
    starts = [item.line for item in items]
    return {bisect_right(starts, problem.line) - 1 if problem.line < end else -1 for problem in problems}
