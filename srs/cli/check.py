"""`srs check` and `srs schema`: what is wrong in the decks, and what an editor needs to know of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from srs.cli.output import complain, print_json, say, say_problem
from srs.collection.collection import Collection
from srs.errors import Problem, UsageError
from srs.words import plural

if TYPE_CHECKING:
    from srs.upkeep.mend import Fixed


class Format(StrEnum):
    """How `srs check` prints what it found."""

    HUMAN = "human"
    GITHUB = "github"
    JSON = "json"


def check(
    ctx: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help="Mend in the deck files what can be mended safely.")] = False,
    advice: Annotated[
        bool, typer.Option("--advice", help="Also advice on notes that are new, changed or forgotten often.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="With --advice: on every note.")] = False,
    format_: Annotated[
        Format | None, typer.Option("--format", help="For people, GitHub's annotations, or JSON; human without it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json, a stable contract.")] = False,
) -> None:
    """Say what is wrong in decks and journal, and what mends it.

    Reads all of it, and compares quotes with the texts in sources/ that they
    are from. Exit 1 where there is a problem; advice is none.

    Example: srs check --fix
    """
    form = _form(format_, as_json)
    if every and not advice:
        raise UsageError("--all goes with --advice", "srs check --advice --all")
    collection = ctx.obj.open(quiet=True)
    fixed = _fix(collection) if fix else []
    problems = _problems(collection)
    told = _advice(collection, ctx.obj.clock(collection)(), every) if advice else []
    advised = [each for each in told if each.severity == "advice"]
    problems = sorted([*problems, *(each for each in told if each.severity != "advice")])
    notes, cards = collection.size()
    found = sorted([*problems, *advised])
    if form is Format.JSON:
        listed = {"notes": notes, "cards": cards, "problems": [asdict(problem) for problem in found]}
        done = [{"path": each.place.path, "line": each.place.line, "what": each.what} for each in fixed]
        print_json(listed | ({"fixed": done} if fix else {}))
    else:
        for each in fixed:
            say(f"{each.place}: fixed: {each.what}.")
        _print(found, form, collection, ctx.obj.environ)
        say(f"{plural(notes, 'note')}, {plural(cards, 'card')}: {_count(problems, advised, advice)}")
    if problems:
        raise typer.Exit(1)


def _form(format_: Format | None, as_json: bool) -> Format:
    if as_json and format_ not in (None, Format.JSON):
        raise UsageError(f"--json and --format {format_} are two forms", "name one of them")
    return Format.JSON if as_json else format_ or Format.HUMAN


def _problems(collection: Collection) -> list[Problem]:
    from srs.insight.provenance import provenance
    from srs.upkeep.pin import offers

    pins = (offer.problem() for offer in offers(collection))
    return sorted([*collection.problems(), *pins, *provenance(collection)])


def _advice(collection: Collection, now: int, every: bool) -> list[Problem]:
    from srs.insight.advising import advice_of

    return advice_of(collection, now, every)


def _print(found: Sequence[Problem], form: Format, collection: Collection, environ: Mapping[str, str]) -> None:
    if form is Format.HUMAN:
        for problem in found:
            say_problem(problem)
        return
    from srs.cli.annotations import annotation, below

    folder = below(collection.root, environ)
    for problem in found:
        print(annotation(problem, folder))


def _count(problems: Sequence[Problem], advised: Sequence[Problem], asked: bool) -> str:
    count = plural(len(problems), "problem") if problems else "no problem"
    if not asked:
        return f"{count}."
    pieces = f"{len(advised):,} piece{'' if len(advised) == 1 else 's'} of advice" if advised else "no advice"
    from srs.cards.advice.giving import CLOSING

    return f"{count}, {pieces}. {CLOSING}"


def _fix(collection: Collection) -> "list[Fixed]":
    """Mend what can be; why something could not be goes to stderr."""
    from srs.upkeep.mend import fix

    done, failed = fix(collection)
    for error in failed:
        complain(error.message, error.hint)
    return done


def schema(
    ctx: typer.Context,
    notetype: Annotated[bool, typer.Option("--notetype", help="That of note type files instead.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Put both into the collection.")] = False,
) -> None:
    """Print the JSON schema (draft-07) of deck files, for editors.

    It knows the collection's own note types too.

    Example: srs schema --write
    """
    from srs.cards.builtin import builtin_types
    from srs.cards.schema import deck_schema
    from srs.cards.typeschema import notetype_schema
    from srs.collection.locations import NoCollection

    if write:
        from srs.collection.schemas import write_schemas

        collection = ctx.obj.open(quiet=True)
        written = write_schemas(collection)
        say(f"Wrote {' and '.join(written)}." if written else "Both are of today.")
        return
    if notetype:
        print_json(notetype_schema())
        return
    try:
        types = ctx.obj.open(quiet=True).types
    except NoCollection:
        types = builtin_types()
    print_json(deck_schema(types))
