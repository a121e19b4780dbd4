"""Notes as the index keeps them: JSON text and back. Knows no tables."""

import json

from srs.cards.note import Note, Place, Prompt


def note_to_json(note: Note) -> str:
    """A note as one JSON text."""
    prompts = [[p.id, p.q, p.a, p.place.line, p.place.column] for p in note.prompts]
    return json.dumps(
        [
            note.id, note.pinned, note.type, note.deck, note.tags, dict(note.fields), note.wordings, prompts,
            note.needs, note.was, note.draft, note.cards, note.guid, note.origin, note.place.path, note.place.line,
            note.place.column, dict(note.quiet), dict(note.decks),
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )  # fmt: skip


def note_from_json(text: str) -> Note:
    """The note that `note_to_json` wrote."""
    (
        id_, pinned, type_, deck, tags, fields, wordings, prompts, needs, was, draft, cards, guid, origin,
        path, line, column, quiet, decks,
    ) = json.loads(text)  # fmt: skip
    return Note(
        id=id_,
        pinned=pinned,
        type=type_,
        deck=deck,
        tags=tuple(tags),
        fields=fields,
        wordings=tuple(wordings),
        prompts=tuple(Prompt(p[0], tuple(p[1]), p[2], Place(path, p[3], p[4])) for p in prompts),
        needs=tuple(needs),
        was=tuple(was),
        draft=draft,
        cards=None if cards is None else tuple(cards),
        guid=guid,
        origin=origin,
        place=Place(path, line, column),
        decks=decks,
        quiet=quiet,
    )
