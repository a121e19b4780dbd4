"""`srs add`: a card in seconds."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli import complete
from srs.cli.context import Context, opened

if TYPE_CHECKING:
    from srs.cards.given import Given
    from srs.cards.notetype import NoteType
    from srs.collection.collection import Collection


def add(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="FRONT BACK | TYPE TEXT", help="What to learn.", autocompletion=complete.types),
    ] = None,
    definition: Annotated[str | None, typer.Option(help="Of a concept: what it is, in a sentence.")] = None,
    mental_model: Annotated[str | None, typer.Option(help="Of a concept: how to picture it.")] = None,
    example: Annotated[str | None, typer.Option(help="Of a concept: a real example.")] = None,
    mistake: Annotated[str | None, typer.Option(help="Of a concept: what people get wrong.")] = None,
    next_step: Annotated[str | None, typer.Option(help="Of a concept: what to do next.")] = None,
    code: Annotated[str | None, typer.Option(help="Of a concept: how it looks in code.")] = None,
    by: Annotated[str | None, typer.Option(help="Of a quote: who said it.")] = None,
    work: Annotated[str | None, typer.Option(help="Of a quote: the book, talk or post.")] = None,
    date: Annotated[str | None, typer.Option(help="Of a quote: YYYY, YYYY-MM or YYYY-MM-DD.")] = None,
    place: Annotated[str | None, typer.Option(help="Of a quote: page, minute or section.")] = None,
    url: Annotated[str | None, typer.Option(help="Of a quote: where to read it.")] = None,
    fidelity: Annotated[
        str | None,
        typer.Option(help="Of a quote: verbatim, near, paraphrase or unverified.", autocompletion=complete.fidelities),
    ] = None,
    meaning: Annotated[str | None, typer.Option(help="Of a quote: what it means.")] = None,
    context: Annotated[str | None, typer.Option(help="Of a quote: what it was about.")] = None,
    source: Annotated[str | None, typer.Option(help="Where you learnt it.")] = None,
    extra: Annotated[str | None, typer.Option(help="Of a cloze: what the back shows besides.")] = None,
    deck: Annotated[
        str | None, typer.Option(help="The deck it goes to; without it, the inbox.", autocompletion=complete.decks)
    ] = None,
    tag: Annotated[
        list[str] | None, typer.Option(help="A tag; may be given more than once.", autocompletion=complete.tags)
    ] = None,
    id: Annotated[str | None, typer.Option(help="The note's id; without it, made from its text.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it out of the reviews for now.")] = False,
    edit: Annotated[bool, typer.Option("--edit", help="Write it in your editor, in a template.")] = False,
    more: Annotated[bool, typer.Option("--more", help="Ask for everything: type, fields, tags, deck.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Show the cards as they will look.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Never ask, even where there is a card like it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Add a card: `srs add FRONT BACK`.

    Other kinds: `srs add concept NAME --definition …`, `srs add quote TEXT --by …`. Without a text it asks for one;
    notes on standard input may be YAML, JSON lines or columns with tabs.

    Example: srs add 'What does HTTP 418 mean?' 'I am a teapot'
    """
    options = {
        "definition": definition, "mental_model": mental_model, "example": example, "mistake": mistake,
        "next_step": next_step, "code": code, "by": by, "work": work, "date": date, "place": place, "url": url,
        "fidelity": fidelity, "meaning": meaning, "context": context, "source": source, "extra": extra,
    }  # fmt: skip
    collection, _ = opened(ctx, in_full=True)
    given = {name: text for name, text in options.items() if text}
    keys: dict[str, Any] = {"id": id, "tags": list(tag or ()), "draft": draft}
    here = _Adding(collection, ctx.obj, given, {key: value for key, value in keys.items() if value}, deck)
    here.asks = not yes and not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    here.as_json, here.shows = as_json, show
    here.take(words or [], edit, more)


class _Adding:
    """One run: what was given, and what it comes to. `keys` are those that a note of any type has."""

    def __init__(
        self,
        collection: "Collection",
        context: Context,
        given: Mapping[str, str],
        keys: Mapping[str, Any],
        deck: str | None,
    ) -> None:
        self.collection = collection
        self.context = context
        self.given = given
        self.keys = keys
        self.deck = deck
        self.asks = self.as_json = self.shows = False

    def take(self, words: list[str], edit: bool, more: bool) -> None:
        """Find out which way the note comes, take it and save it."""
        from srs.cli.adding.oneliner import type_named

        alone = type_named(words[0], self.collection.types) if len(words) == 1 else None
        if edit:
            self._edit(words)
        elif (not words or alone) and not more and not sys.stdin.isatty():
            self._piped(alone)
        elif more or alone or (not words and not self.given):
            self._ask(words, more or alone is not None)
        else:
            self._one_line(words)

    def _one_line(self, words: list[str]) -> None:
        from srs.cli.adding.oneliner import one_liner

        kind, fields = one_liner(words, self.given, self.collection.types)
        self._save([self._of(kind, fields, self.keys)], self.deck)

    def _of(self, kind: "NoteType", fields: Mapping[str, str], keys: Mapping[str, Any]) -> "Given":
        from srs.cli.adding.saving import checked
        from srs.collection.adding import entry_of

        return checked(entry_of(kind, fields, keys), self.collection.types)

    def _save(self, notes: "list[Given]", deck: str | None, *, many: bool = False, show: bool = False) -> None:
        from srs.cli.adding.saving import save

        environ = self.context.environ if show or self.shows else None
        save(self.collection, notes, deck, asks=self.asks, as_json=self.as_json, many=many, show=environ)

    def _piped(self, alone: "NoteType | None") -> None:
        from srs.cli.adding.piped import piped
        from srs.errors import UsageError

        if "id" in self.keys or self.given.keys() - {"source"}:
            options = ("id" if "id" in self.keys else next(iter(self.given))).replace("_", "-")
            raise UsageError(f"`--{options}` cannot hold for all that comes on standard input", "write it in the notes")
        extra = {**self.given, **self.keys}
        notes, deck = piped(self.collection, alone or self.collection.types["basic"], extra)
        self._save(notes, self.deck or deck, many=True)

    # In a terminal

    def _kind_and_fields(self, words: list[str]) -> "tuple[NoteType | None, dict[str, str]]":
        """The type, None where nothing says which, and the fields that are known."""
        from srs.cli.adding.oneliner import fields_given, type_named

        types = self.collection.types
        kind = type_named(words[0], types) if words else None
        if words and kind is None:
            return types["basic"], fields_given(types["basic"], words, self.given)
        return kind, fields_given(kind, words[1:], self.given) if kind else dict(self.given)

    def _ask(self, words: list[str], more: bool) -> None:
        from srs.cli.adding.asking import ask_all, ask_two

        kind, fields = self._kind_and_fields(words)
        asked = None if more else ask_two(self.collection.types)
        keys = dict(self.keys)
        if asked is None:
            asked = ask_all(self.collection, kind, fields, self.deck, self.keys.get("tags", ()))
            keys |= {"tags": list(asked.tags)} if asked.tags else {}
            self._last_look(asked.kind, {**asked.fields, **keys}, asked.deck)
            return
        self._save([self._of(asked.kind, asked.fields, keys)], self.deck, show=True)

    def _last_look(self, kind: "NoteType", keys: Mapping[str, Any], deck: str | None) -> None:
        """After many questions: the card as it will look, and one more chance to change or drop it."""
        from srs.cli.adding.saving import checked, show_cards
        from srs.cli.output import ask, complain
        from srs.errors import SrsError

        try:
            note = checked(keys, self.collection.types)
            show_cards(self.collection, [note.note], self.context.environ)
            answer = ask("Save it? [Y/n/e: edit it first]", "y").lower() if self.asks else "y"
        except SrsError as error:
            if not self.asks:
                raise
            complain(error.message, error.hint)
            answer = ask("Mend it in your editor? [Y/n]", "y").lower().replace("y", "e")
        if answer.startswith("e"):
            self._in_editor(kind, keys, deck)
        elif answer.startswith("y"):
            self._save([note], deck)
        else:
            raise SrsError("nothing was added")

    def _edit(self, words: list[str]) -> None:
        kind, fields = self._kind_and_fields(words)
        self._in_editor(kind or self.collection.types["basic"], {**fields, **self.keys}, self.deck)

    def _in_editor(self, kind: "NoteType", keys: Mapping[str, Any], deck: str | None) -> None:
        from srs.cli.adding.editing import asks_again, edited, kept, template
        from srs.cli.adding.saving import taken
        from srs.cli.editor import edit_text
        from srs.cli.preferences import preferences
        from srs.collection.adding import last_deck

        environ, prefs = self.context.environ, preferences(self.context.environ)
        text = template(kind, keys, deck or last_deck(self.collection), _hints())
        with kept() as keep:
            read = edited(
                text,
                self.collection.types,
                kind,
                lambda given: edit_text(given, ".yaml", prefs, environ),
                lambda notes: taken(self.collection, notes, "line"),
                asks_again,
                keep,
            )
            self._save(list(read.notes), read.deck, many=len(read.notes) > 1, show=True)


def _hints() -> dict[str, str]:
    """What the options say of the fields: the same in the template."""
    from typing import get_type_hints

    told = {}
    for name, hint in get_type_hints(add, include_extras=True).items():
        text = getattr(next(iter(getattr(hint, "__metadata__", ())), None), "help", None) or ""
        told[name] = (text.partition(": ")[2] or text).rstrip(".")
    return told
