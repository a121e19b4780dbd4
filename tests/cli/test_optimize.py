"""`srs optimize`: what it says, what it writes, and that an interruption leaves the settings alone."""

import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from srs.collection.files import locked
from srs.memory.fsrs6 import DEFAULT_PARAMETERS
from tests.cli.helpers import Srs, Terminal
from tests.insight.drawn import drawn_parameters
from tests.insight.studied import AFTER, study

PERSON = drawn_parameters(2)
SETTINGS = 'format = 1\ntimezone = "UTC"  # mine\n\n[fsrs]\n# learning_steps = ["1m", "10m"]\n'
KEYS = ["parameters", "reviews", "default", "current", "fitted", "adopted", "why"]


def learner(
    bare: Srs, reviews: int = 1250, parameters: tuple[float, ...] = PERSON, seed: int = 1, settings: str = SETTINGS
) -> Srs:
    """A collection in which somebody with this memory gave about so many answers."""
    bare.env["SRS_NOW"] = AFTER
    bare.root.mkdir()
    (bare.root / "srs.toml").write_text(settings)
    study(bare.root, parameters, reviews, seed)
    return bare


def files(srs: Srs) -> dict[str, bytes]:
    """Every file of the collection with its bytes."""
    return {path.relative_to(srs.root).as_posix(): path.read_bytes() for path in srs.root.rglob("*") if path.is_file()}


def test_a_dry_run_judges_and_writes_nothing(bare: Srs) -> None:
    """`--dry-run --json` has exactly the keys of the contract; no byte of the collection changes."""
    srs = learner(bare)
    before = files(srs)
    found = srs.json("optimize", "--dry-run")
    assert list(found) == KEYS
    assert [list(found[name]) for name in ("default", "current", "fitted")] == [["log_loss", "rmse_bins", "auc"]] * 3
    assert len(found["parameters"]) == 21
    assert found["reviews"] == len((srs.root / "journal/elsewhere-0001.drawn.jsonl").read_text().splitlines()) - 1
    assert found["adopted"] is True
    assert found["fitted"]["log_loss"] < found["current"]["log_loss"] == found["default"]["log_loss"]
    assert re.search(r"srs predicts \d+\.\d% better than with the defaults", found["why"])
    assert files(srs) == before


def test_a_better_fit_is_adopted(bare: Srs) -> None:
    """The settings get the parameters and a comment and keep every other byte; no due day moves, memories do."""
    srs = learner(bare)
    before, cards = files(srs), srs.json("list")
    dry = srs.json("optimize", "--dry-run")
    assert srs.json("optimize") == dry
    after = files(srs)
    assert {name for name in after if after[name] != before.get(name)} == {"srs.toml"}
    lines = after["srs.toml"].decode().splitlines()
    numbers = f"log loss {dry['fitted']['log_loss']:.4f} instead of {dry['default']['log_loss']:.4f}"
    assert re.fullmatch(
        rf"# Fitted by `srs optimize` on 2028-06-01 to {dry['reviews']:,} reviews: {numbers} on the latest \d+\.",
        lines[4],
    )
    assert tomllib.loads(lines[5]) == {"parameters": dry["parameters"]}
    assert "\n".join([*lines[:4], *lines[6:], ""]) == SETTINGS
    now = srs.json("list")
    assert [(card["id"], card["state"], card["due"]) for card in now] == [
        (card["id"], card["state"], card["due"]) for card in cards
    ]
    assert all(one["stability"] != other["stability"] for one, other in zip(now, cards, strict=True))
    assert any(one["difficulty"] != other["difficulty"] for one, other in zip(now, cards, strict=True))


def test_in_words(bare: Srs) -> None:
    """Without --json the figures are a table, the decision a sentence, and what was written is said."""
    srs = learner(bare)
    dry = srs("optimize", "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    lines = dry.out.splitlines()
    said = r" reviews of \d+ cards\. Fitted to the earlier four fifths, judged on the latest fifth: \d+ reviews a day"
    assert re.match(r"[\d,]+" + said, lines[0])
    assert [line.split("  ")[0] for line in lines[2:5]] == ["", "defaults, in use", "fitted to you"]
    assert re.match(r"With parameters of your own, srs predicts \d+\.\d% better than with the defaults: ", lines[8])
    assert lines[9] == "Nothing was written. To adopt them, leave out --dry-run."
    done = srs("optimize")
    assert done.out.splitlines()[:9] == lines[:9]
    assert done.out.splitlines()[9] == (
        "They stand in srs.toml now. No due day moved: the days that answers give from now on come from them."
        " To move days as well: srs reschedule --all"
    )
    before = files(srs)
    again = srs("optimize").out.splitlines()
    assert [line.split("  ")[0] for line in again[2:6]] == ["", "defaults", "in use", "fitted to you"]
    assert again[-2:] == ["The fit comes to the parameters that are in use.", "Nothing was written."]
    assert files(srs) == before


def test_few_reviews_keep_the_defaults(bare: Srs) -> None:
    """With few reviews nothing is written, the reason is given without a table, and the exit code is 0."""
    srs = learner(bare, 300)
    before = files(srs)
    done = srs("optimize")
    assert (done.code, done.err) == (0, "")
    assert re.fullmatch(
        r"\d+ reviews of \d+ cards\.\n"
        r"You have \d+ reviews; it takes 1,000 to tell your memory from most people's\.\nNothing was written\.\n",
        done.out,
    )
    assert files(srs) == before
    assert srs.json("optimize")["adopted"] is False


def test_nothing_was_ever_answered(srs: Srs) -> None:
    """In a new collection the scores are null, and the parameters are the defaults."""
    found = srs.json("optimize")
    assert found["parameters"] == list(DEFAULT_PARAMETERS)
    nothing = {"log_loss": None, "rmse_bins": None, "auc": None}
    assert (found["reviews"], found["default"], found["fitted"]) == (0, nothing, nothing)
    assert srs("optimize").code == 0


def test_bad_parameters_in_use(bare: Srs) -> None:
    """Parameters that predict worse than the defaults are called so, and kept as a comment when they are replaced."""
    bad = [0.01, 0.02, 0.03, 0.04, *DEFAULT_PARAMETERS[4:]]
    srs = learner(bare, settings=f'timezone = "UTC"\nfsrs.parameters = {bad} # from a friend\n')
    done = srs("optimize")
    assert "Those in use predict worse than the defaults." in done.out
    assert "They stand in srs.toml now; those before stay beside them as a comment. No due day moved" in done.out
    text = (srs.root / "srs.toml").read_text()
    assert text.endswith(f"# until 2028-06-01: fsrs.parameters = {bad} # from a friend\n")


def test_one_deck(bare: Srs) -> None:
    """`--deck` fits the deck's cards and writes its table; the cards of such a deck are left out of the others' fit."""
    srs = learner(bare)
    study(srs.root, DEFAULT_PARAMETERS, 100, 4, "Words::French", "elsewhere-0002")
    everything = srs.json("optimize", "--dry-run")
    alone = srs.json("optimize", "--deck", "Drawn")
    assert alone["adopted"] is True
    assert (srs.root / "srs.toml").read_text().startswith(f'{SETTINGS}\n[deck."Drawn"]\n# Fitted by `srs optimize` on ')
    rest = srs("optimize")
    assert rest.out.splitlines()[0].startswith(f"{everything['reviews'] - alone['reviews']} reviews of ")
    assert "Decks with parameters of their own were left out: Drawn." in rest.out
    assert srs.json("optimize", "--deck", "Words")["reviews"] == everything["reviews"] - alone["reviews"]


def test_an_unknown_deck(srs: Srs) -> None:
    """A deck that is not there is an error with the nearest name; one above others is known."""
    done = srs("optimize", "--deck", "World::Citties")
    assert (done.code, done.out) == (1, "")
    assert done.err == "srs: there is no deck `World::Citties`\n     did you mean `World::Cities`?\n"
    assert srs("optimize", "--deck", "World").code == 0


def test_settings_that_cannot_take_them(bare: Srs) -> None:
    """Where they cannot be put in, that is said with the line to write; nothing changes and the exit code is 1."""
    srs = learner(bare, settings='timezone = "UTC"\nfsrs = {fuzz = true}\n')
    before = files(srs)
    done = srs("optimize", "--json")
    assert (done.code, done.out) == (1, "")
    assert "srs: srs.toml: the parameters cannot be put into the table [fsrs] as it is written\n" in done.err
    assert re.search(r"write them there yourself:\n +parameters = \[0\.", done.err)
    assert files(srs) == before


def test_the_table_fits_a_narrow_terminal(bare: Srs, terminal: Callable[..., Terminal]) -> None:
    """At 40 columns the table of the three leaves columns out instead of breaking its lines."""
    run = terminal(learner(bare), "optimize", "--dry-run", columns=40, rows=24)
    assert run.ends() == 0
    text = re.sub(r"\x1b\[[\d;]*m", "", run.sent.decode())
    assert re.search(r"^defaults, in use .*0\.\d{4}\s*$", text, re.MULTILINE)
    assert all(len(line.rpartition("\r")[2]) <= 40 for line in text.replace("\r\n", "\n").splitlines())


def until_it_waits(pid: int) -> None:
    """Return when the process waits for a lock."""
    locks, end = Path("/proc/locks"), time.monotonic() + 20
    while locks.exists() and not re.search(rf"-> FLOCK .* {pid} ", locks.read_text()):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_interrupted_before_writing(bare: Srs) -> None:
    """Ctrl-C at the last moment, when all is found and the file waits for its lock, leaves it as it was; exit 130."""
    srs = learner(bare)
    before = files(srs)
    command = [sys.executable, "-m", "srs", "optimize"]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    env = srs.env | {"PYTHONUNBUFFERED": "1"}
    with locked(srs.root), subprocess.Popen(command, env=env, cwd=srs.root, text=True, **pipes) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("With parameters of your own"):
                break
        until_it_waits(process.pid)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert files(srs) == before


@pytest.mark.skipif(os.environ.get("HYPOTHESIS_PROFILE") != "soak", reason="a long history; see `make soak`")
def test_interrupted_at_the_progress_bar(bare: Srs, terminal: Callable[..., Terminal]) -> None:
    """A long fit shows how far it is; Ctrl-C there ends it with 130 and leaves every file as it was."""
    srs = learner(bare, 200_000)
    assert srs("status").code == 0
    before = files(srs)
    screen = terminal(srs, "optimize")
    screen.sees("Fitting the memory model", "%", seconds=60)
    screen.process.send("\x03")
    assert screen.ends() == 130
    assert files(srs) == before
