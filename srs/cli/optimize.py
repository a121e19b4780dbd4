"""`srs optimize`: the memory model fitted to the learner, and adopted where that predicts better."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from srs.cli import complete
from srs.cli.context import opened
from srs.cli.output import print_json, print_table, say
from srs.cli.progress import progress
from srs.errors import SrsError
from srs.words import plural

if TYPE_CHECKING:
    from srs.collection.collection import Collection
    from srs.collection.settings import Settings
    from srs.insight.evaluation import Scores
    from srs.insight.optimizing import Gathered, Outcome

_LEGEND = (
    "Expected: the share that srs would have expected you to recall. Log loss: how much your answers would have"
    " surprised it. Off by: how far its chances lay from what came, in groups of like reviews (RMSE). Told apart: how"
    " often a card that you recalled had the better chance than one that you forgot (AUC; 50% is guessing)."
)
_LATER = "the days that answers give from now on come from them. To move days as well: srs reschedule --all"


def optimize(
    ctx: typer.Context,
    deck: Annotated[
        str | None,
        typer.Option(
            "--deck", metavar="NAME", help="Only this deck and what is under it.", autocompletion=complete.decks
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge, and write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a stable contract.")] = False,
) -> None:
    """Fit the memory model to your reviews.

    The fit is judged on your latest reviews, and adopted only if it predicts them better. No due day moves.

    Example: srs optimize --dry-run
    """
    from srs.insight.optimizing import gather, optimise

    collection, now = opened(ctx)
    if deck is not None:
        _refuse_unknown(collection, deck)
    gathered = gather(collection, deck)
    outcome = optimise(gathered.histories, collection.settings.for_deck(deck or "").parameters, progress)
    if not as_json:
        _say_outcome(gathered, outcome)
    if outcome.adopted and not dry_run:
        from srs.upkeep.adopt import adopt

        adopt(collection, deck, outcome.parameters, outcome.told, now)
    if as_json:
        print_json(_json(outcome))
        return
    if not outcome.adopted:
        say("Nothing was written.")
    elif dry_run:
        say("Nothing was written. To adopt them, leave out --dry-run.")
    else:
        say(_what_was_done(deck, replaced=_has_own(collection.settings, deck)))


def _has_own(settings: "Settings", deck: str | None) -> bool:
    """Whether the table of a deck (None: of all) has parameters."""
    if deck is None:
        return settings.defaults.parameters is not None
    return "parameters" in settings.decks.get(deck, {})


def _refuse_unknown(collection: "Collection", deck: str) -> None:
    """Raise SrsError where no card is in a deck of this name, or under it."""
    import difflib

    names = {row[0] for row in collection.db.execute("select distinct deck from card")}
    known = {"::".join(name.split("::")[:depth]) for name in names for depth in range(1, name.count("::") + 2)}
    if deck not in known:
        near = difflib.get_close_matches(deck, sorted(known), 1)
        raise SrsError(f"there is no deck `{deck}`", f"did you mean `{near[0]}`?" if near else "see: srs status")


def _say_outcome(gathered: "Gathered", outcome: "Outcome") -> None:
    head = f"{plural(outcome.reviews, 'review')} of {plural(gathered.cards, 'card')}."
    if outcome.enough and outcome.recalled is not None:
        judging = f"{plural(outcome.fitted.reviews, 'review')} a day or more after the one before"
        fifth = f"the latest fifth: {judging}, of which you recalled {outcome.recalled:.1%}"
        say(f"{head} Fitted to the earlier four fifths, judged on {fifth}.")
        say("")
        rows = [_row(name, scores, outcome.recalled) for name, scores in _compared(outcome)]
        print_table([["", "expected", "log loss", "off by", "told apart"], *rows], (1, 2, 3, 4), drop=(4, 3, 1))
        say("")
        say(_LEGEND)
        say("")
    else:
        say(head)
    say(outcome.why)
    if gathered.apart:
        say(f"Decks with parameters of their own were left out: {', '.join(gathered.apart)}.")


def _compared(outcome: "Outcome") -> "list[tuple[str, Scores]]":
    fitted = ("fitted to you", outcome.fitted)
    if outcome.current == outcome.default:
        return [("defaults, in use", outcome.default), fitted]
    return [("defaults", outcome.default), ("in use", outcome.current), fitted]


def _row(name: str, scores: "Scores", recalled: float) -> list[str]:
    expected = None if scores.bias is None else recalled + scores.bias
    loss = "" if scores.log_loss is None else f"{scores.log_loss:.4f}"
    return [name, _share(expected), loss, _share(scores.rmse_bins), _share(scores.auc)]


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _what_was_done(deck: str | None, replaced: bool) -> str:
    where = "srs.toml" if deck is None else f"srs.toml, for {deck}"
    kept = "; those before stay beside them as a comment" if replaced else ""
    return f"They stand in {where} now{kept}. No due day moved: {_LATER}"


def _json(outcome: "Outcome") -> dict[str, Any]:
    def scores(of: "Scores") -> dict[str, float | None]:
        values = {"log_loss": of.log_loss, "rmse_bins": of.rmse_bins, "auc": of.auc}
        return {name: None if value is None else round(value, 6) for name, value in values.items()}

    return {
        "parameters": list(outcome.parameters),
        "reviews": outcome.reviews,
        "default": scores(outcome.default),
        "current": scores(outcome.current),
        "fitted": scores(outcome.fitted),
        "adopted": outcome.adopted,
        "why": outcome.why,
    }
