"""Texts and tags of one note that change: in the bytes of its deck, and in what it reads as. Knows nothing of Anki."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from srs.cards import tree
from srs.cards.edit import Path, edit_note, edit_tags, edit_texts
from srs.cards.note import Note, Prompt
from srs.cards.notetype import NoteType
from srs.upkeep.edits import NotAsMeant

Place = tuple[str, str]
"""Where a text stands: the prompt's id or nothing, and the key."""


@dataclass(frozen=True, slots=True)
class NoteChange:
    """Texts and tags of a note that change: in its file, and in what it reads as."""

    note: Note
    kind: NoteType
    texts: Mapping[Place, str]
    add: Sequence[str] = ()
    remove: Sequence[str] = ()

    @property
    def pins(self) -> bool:
        """Whether the note has to be given the id that it has, as that follows from a text that changes."""
        named_by = self.kind.marker or self.kind.fields[0].name
        return not self.note.pinned and ("", named_by) in self.texts

    def edit(self, data: bytes, line: int, column: int) -> bytes:
        """A deck's bytes with the note at that place changed. Raises SrsError."""
        after = self.kind.marker or "type"
        node = _node(data, line, column)
        paths: dict[Path, str] = {}
        for (prompt, name), text in self.texts.items():
            paths |= _paths(node, self.note, prompt, name, text)
        data = edit_texts(data, line, column, paths, after)
        if self.pins:
            data = edit_note(data, line, column, {"id": self.note.id}, after)
        return edit_tags(data, line, column, self.add, self.remove, after)

    def meant(self, here: Note) -> Note:
        """What the note is to read as, being `here` alone."""
        fields = {**here.fields, **{name: text for (prompt, name), text in self.texts.items() if not prompt}}
        fields = {name: text for name, text in fields.items() if text}
        wordings = here.wordings
        if wordings and self.kind.marker in fields:
            wordings = (fields[self.kind.marker], *wordings[1:])
        tags = [tag for tag in here.tags if tag not in self.remove]
        return replace(
            here,
            fields=fields,
            wordings=wordings,
            prompts=tuple(map(self._prompt, here.prompts)),
            tags=tuple(dict.fromkeys([*tags, *self.add])),
            pinned=here.pinned or self.pins,
        )

    def _prompt(self, prompt: Prompt) -> Prompt:
        q, a = (self.texts.get((prompt.id, key), text) for key, text in (("q", prompt.q[0]), ("a", prompt.a)))
        return replace(prompt, q=(q, *prompt.q[1:]), a=a)


def _node(data: bytes, line: int, column: int) -> tree.Mapping:
    root = tree.parse("", data).root
    notes = root.values.get("notes") if isinstance(root, tree.Mapping) else None
    for item in notes.items if isinstance(notes, tree.Sequence) else ():
        if isinstance(item, tree.Mapping) and (item.line, item.column) == (line, column):
            return item
    raise NotAsMeant("the note is not where it was", "repeat the command")


def _paths(node: tree.Mapping, note: Note, prompt: str, name: str, text: str) -> dict[Path, str]:
    """Where the text of a field or prompt stands, and what must be written besides."""
    if prompt:
        at = next(number for number, each in enumerate(note.prompts) if each.id == prompt)
        listed = node.values["prompts"]
        item = listed.items[at] if isinstance(listed, tree.Sequence) else None
        if not isinstance(item, tree.Mapping):
            raise NotAsMeant("the prompt is not where it was", "repeat the command")
        found = {("prompts", at, *_first(item, name)): text}
        return found if name != "q" or "id" in item.values else {**found, ("prompts", at, "id"): prompt}
    fields = node.values.get("fields")
    if isinstance(fields, tree.Mapping) and name not in node.values:
        return {("fields", *_first(fields, name)): text}
    return {_first(node, name): text}


def _first(node: tree.Mapping, name: str) -> Path:
    """The way to a text, or to the first of a list of texts."""
    value = node.values.get(name)
    if not isinstance(value, tree.Sequence):
        return (name,)
    first = next((at for at, item in enumerate(value.items) if str(tree.plain(item)).strip()), 0)
    return (name, first)
