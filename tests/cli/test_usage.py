"""Command lines that cannot be: one voice, and what to type instead."""

import subprocess
import sys

import pytest

from tests.cli.helpers import Srs


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("reviw", "srs: there is no command `reviw`\n     did you mean `srs review`? All commands: srs --help\n"),
        ("xyzzy", "srs: there is no command `xyzzy`\n     all commands: srs --help\n"),
        ("show", "srs: `srs show` needs CARD\n     for example: srs show karpathy-backprop:definition\n"),
        ("show a b", "srs: `b` is too much for `srs show`\n"),
        (
            "review --ahead 99999",
            "srs: `--ahead` takes a whole number from 0 to 36500, not 99999\n     see: srs review",
        ),
        ("review --limit x", "srs: `--limit` takes a whole number from 1 on, not 'x'\n     see: srs review --help\n"),
        (
            "review --limt 3",
            "srs: `srs review` has no option `--limt`\n     did you mean `--limit`? see: srs review --help\n",
        ),
        ("review --limit", "srs: `--limit` needs a value\n     see: srs review --help\n"),
        ("status --short=3", "srs: `--short` takes no value\n     see: srs status --help\n"),
        ("-x", "srs: `srs` has no option `-x`\n     see: srs --help\n"),
        ("--bogus list", "srs: `srs` has no option `--bogus`\n     see: srs --help\n"),
        ("review -C", "srs: `-C` needs a value\n     see: srs --help\n"),
    ],
)
def test_wrong_usage(srs: Srs, words: str, said: str) -> None:
    """What is wrong is said as every error is, with what is near or an example; exit 2, nothing on stdout."""
    done = srs(*words.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(said)


def test_help_is_a_word(srs: Srs) -> None:
    """`srs help` and `srs help review` are `srs --help` and `srs review --help`."""
    assert srs("help").out == srs("--help").out != ""
    assert srs("help", "review").out == srs("review", "--help").out
    assert srs("help", "reviw").out == srs("--help", "review").out == srs("--help").out
    assert srs("help").code == srs("help", "review").code == 0


@pytest.mark.parametrize("loading", ["typer", "srs.cli.card"])
def test_interrupted_while_it_is_loaded(loading: str) -> None:
    """Ctrl-C before the command began ends it as later: with 130, and not a word."""
    code = f"""
import sys
from srs.__main__ import main
class Pressed:
    def find_spec(self, name, *_):
        if name == {loading!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Pressed())
sys.argv = ["srs", "list"]
main()"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
