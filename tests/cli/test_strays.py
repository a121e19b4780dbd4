"""Keys that mean nothing, pasted text and keys typed too early: what is said of them, and that nothing else is done."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.helpers import SETTINGS, Srs, Terminal

Run = Callable[..., Terminal]
PASTED = "\x1b[200~e s 3\r3 u\x1b[201~"


def rows(run: Terminal) -> list[str]:
    """The lines of the screen above its foot."""
    return run.text.splitlines()[:15]


def quiet(run: Terminal) -> None:
    """Wait until nothing is written any more."""
    while run.read(0.2):
        pass


@pytest.mark.parametrize("columns", [80, 40])
def test_a_wrong_key_on_the_front(srs: Srs, terminal: Run, columns: int) -> None:
    """On a front the hint stands in the place of the foot, once; the next key takes it away."""
    run = terminal(srs, "review", columns=columns)
    run.sees("Capital of France?", "ends")
    above, foot = rows(run), run.text.splitlines()[22]
    run.press("x", "space shows the answer, ?")
    quiet(run)
    assert rows(run) == above and run.text.count("shows the answer") == 1
    run.process.send("\x1b[B")
    run.sees(foot.strip())
    assert rows(run) == above


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("answered", [False, True])
def test_a_wrong_key_on_the_back(srs: Srs, terminal: Run, columns: int, answered: bool) -> None:
    """On a back the hint stands where `How did it go?` does, else on the last line; nothing moves, arrows clear it."""
    if answered:
        assert srs("answer", "italy:answer", "good").code == 0
    run = terminal(srs, "review", columns=columns)
    run.sees("Capital of France?")
    run.press(" ", "4 Easy", "q ends" if columns == 80 else "ends")
    quiet(run)
    before = run.text
    assert ("How did it go?" in before) != answered
    for key in "9x":
        run.press(key, "or 4 rates it, ?")
        quiet(run)
        assert rows(run) == before.splitlines()[:15] and "How did it go?" not in run.text
        assert len(run.text.splitlines()) == len(before.splitlines())
    run.process.send("\x1b[A")
    run.sees("ends")
    quiet(run)
    assert run.text == before and not [each for each in srs.journal() if each["card"] == "france:answer"]


def test_a_wrong_key_on_a_long_card(bare: Srs, terminal: Run) -> None:
    """On a card longer than the screen a wrong key leaves the place where one reads; the arrows clear the hint."""
    bare.collection(
        long="notes:\n  - q: x\n    id: long\n    a: |-\n" + "".join(f"      line {n}\n\n" for n in range(30))
    )
    run = terminal(bare, "review")
    run.sees("x")
    run.press(" ", "line 0", "3 Good")
    run.press("\x1b[B", "line 1")
    quiet(run)
    above = rows(run)
    run.press("9", "1, 2, 3 or 4 rates it")
    quiet(run)
    assert rows(run) == above
    run.process.send("\x1b[A")
    quiet(run)
    assert "rates it" not in run.text


def test_a_wrong_key_in_fix(srs: Srs, terminal: Run) -> None:
    """In `srs fix` the hint takes the place of the keys at the foot."""
    assert srs("mark", "france", "vague").code == 0
    run = terminal(srs, "fix")
    run.sees("Marked: vague", "q ends")
    above = rows(run)
    run.press("z", "That key means nothing here; ? shows all keys.")
    quiet(run)
    assert rows(run) == above and "q ends" not in run.text
    run.press("\x1b[A", "q ends")


@pytest.mark.parametrize("keys", ["", " ", "?", "f"])
def test_a_paste_does_nothing(srs: Srs, terminal: Run, keys: str) -> None:
    """Text pasted over a card, the keys or a question does nothing, and that is said."""
    run = terminal(srs, "review", env={"EDITOR": f"touch {srs.home}/edited"})
    run.sees("Capital of France?")
    shown = {"": "space", " ": "3 Good", "?": "any key goes back", "f": "Flag:"}[keys]
    run.press(keys, shown)
    run.press(PASTED, "Pasted text does nothing here.")
    if keys == "f":
        run.press("3", "Flagged 3, green.")
        return
    run.press("\x1b[A")
    run.press("q" if keys != "?" else "qq", "No card was answered.")
    assert run.ends() == 0 and not srs.journal() and not (srs.home / "edited").exists()


def test_a_paste_into_a_mark(srs: Srs, terminal: Run) -> None:
    """Text pasted where a line is typed is text, its line ends are spaces."""
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.press("m", "What is wrong")
    run.press(PASTED, "> e s 3 3 u")
    run.press("\r", "Marked: e s 3 3 u.")


def test_a_paste_on_a_doubt(srs: Srs, terminal: Run) -> None:
    """A paste answers no question that any key would answer."""
    assert srs("mark", "france", "x", "--now", "2199-04-01T09:00:00Z").code == 0
    run = terminal(srs, "review", "italy", env={"SRS_NOW": ""})
    run.sees("Capital of Italy?")
    run.press(" ", "3 Good")
    run.press("3", "Is the clock right?")
    run.press(PASTED, "Is the clock right?", "Pasted text does nothing here.")
    run.press("y", "Good: comes back")


def test_keys_pending_after_the_editor(srs: Srs, terminal: Run) -> None:
    """Keys that came before or while the editor ran act on no card when it has ended."""
    go = srs.home / "go"
    script = srs.home / "editor"
    script.write_text(f"#!/bin/sh\necho started\nwhile [ ! -e {go} ]; do sleep 0.05; done\n")
    script.chmod(0o755)
    run = terminal(srs, "review", env={"EDITOR": str(script)})
    run.sees("Capital of France?")
    run.press("es", "started")
    run.process.send("sb")
    Path(go).touch()
    run.sees("Capital of France?", "q ends")
    quiet(run)
    run.press("q", "No card was answered.")
    assert run.ends() == 0 and not srs.journal()


@pytest.mark.parametrize("end", ["q", "\x03", "\x04", signal.SIGTERM, signal.SIGHUP])
def test_pasting_marks_are_switched_off(srs: Srs, terminal: Run, end: str | signal.Signals) -> None:
    """However a sitting is left, the terminal is told to mark pastes no more."""
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    if isinstance(end, signal.Signals):
        run.process.kill(end)
    else:
        run.press(end, "No card was answered.")
    run.ends()
    assert run.sent.rfind(b"\x1b[?2004l") > run.sent.rfind(b"\x1b[?2004h") >= 0


def test_the_summary_tells_what_else_was_done(srs: Srs, terminal: Run) -> None:
    """What was done besides answering stands in the summary; what was taken back does not."""
    assert srs("answer", "italy:answer", "easy").code == 0
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.press("f", "Flag:")
    run.press("3", "Flagged 3")
    run.press("s", "Suspended france:answer; `srs unsuspend` brings it back.", "agora")
    run.press("s", "Suspended agora:forward")
    run.press("u", "Took back")
    run.press("f", "Flag:")
    run.press("1", "Flagged 1")
    run.press("m", "What is wrong")
    run.press("vague\r", "Marked: vague.")
    run.press("q", "No card was answered.", "1 card was suspended, 2 flagged, 1 marked.")
    again = terminal(srs, "review")
    again.sees("agora")
    for word in ("mark", "flag", "flag", "suspension"):
        again.press("u", f"Took back the {word}" if word != "flag" else "Took back the flag")
        quiet(again)
    again.press("q", "4 earlier steps were taken back.")


def test_lines_tell_what_else_was_done(srs: Srs) -> None:
    """Line mode says the same."""
    assert "1 card was suspended, 1 flagged.\n" in srs("review", lines="f 3\ns\nq\n").out
    assert "1 card was buried.\n" in srs("review", lines="f 0\nb\nq\n").out


def test_a_source_that_is_no_place(bare: Srs, terminal: Run) -> None:
    """Where `source:` is all there is, o says that there is nothing to open; where there is nothing, what would be."""
    bare.collection(
        a="notes:\n  - q: x\n    id: x\n    a: y\n    source: Zero to Hero, lecture 8\n  - q: z\n    a: w\n"
    )
    run = terminal(bare, "review")
    run.sees("x")
    run.press("o", "There is no page or text to open: only `source:` is given.")
    run.press("n", "z")
    run.press("o", "This card does not say where it comes from")
    assert "only `source:` is given." in bare("review", lines="o\nq\n").out


def test_tags_that_do_not_fit(bare: Srs, terminal: Run) -> None:
    """Tags for which the head has no room are cut with a sign."""
    bare.collection(
        a=f"deck: Long\ntags: [{', '.join(f'tag-number-{n}' for n in range(9))}]\nnotes:\n  - q: x\n    a: y\n"
    )
    run = terminal(bare, "review")
    head = run.sees("x", "q ends").splitlines()[0]
    assert head.startswith(" Long  tag-number-0") and "…  " in head and "1 new" in head
    narrow = terminal(bare, "review", columns=40)
    assert "Long  …" in narrow.sees("x", "q ends").splitlines()[0]


def test_a_long_path_is_whole(bare: Srs, terminal: Run) -> None:
    """Where answers are kept is told with a path that is broken between its names alone."""
    settings = SETTINGS.replace("[fsrs]", 'journal = "private"\n[fsrs]')
    bare.collection(settings, a="notes:\n  - q: x\n    a: y\n  - q: z\n    a: w\n")
    run = terminal(bare, "review", columns=60)
    run.sees("x")
    run.press(" ", "3 Good")
    run.press("3", "kept apart")
    quiet(run)
    said = [line.strip() for line in run.text.splitlines()]
    first = next(n for n, line in enumerate(said) if " /" in line or line.startswith("/"))
    path = said[first : said.index("", first)]
    assert len(path) > 1 and all(line.endswith(("/", ".")) for line in path), path


def test_back_to_typing(bare: Srs, terminal: Run) -> None:
    """After Esc on a front that asks for typing, the foot says which key goes back to it."""
    bare.collection(a="notes:\n  - ask: Capital of Czechia?\n    id: praha\n    answer: Praha\n")
    run = terminal(bare, "review")
    run.sees("esc other keys")
    run.press("\x1b", "tab back to typing")
    run.press("\t", "esc other keys")
    narrow = terminal(bare, "review", columns=40)
    narrow.sees("esc: keys")
    narrow.press("\x1b", "tab typing   ? keys")


def test_sounds_in_lines(bare: Srs, terminal: Run) -> None:
    """A sound stands in the text as a picture does, in brackets and with a word."""
    bare.collection(a="notes:\n  - q: 'Listen [sound:hello.mp3]'\n    a: y\n")
    terminal(bare, "review").sees("Listen [sound: hello.mp3]")
    assert "Listen [sound: hello.mp3]" in bare("review", lines="q\n").out


def test_lines_are_wrapped_in_a_terminal(srs: Srs, terminal: Run) -> None:
    """Line mode breaks its sentences between words where it writes to a terminal."""
    run = Terminal(["/bin/sh", "-c", "printf '?\\nq\\n' | srs review"], srs.env, srs.root, columns=40)
    try:
        run.sees("No card was answered.")
        assert "A blank line shows the answer. Then 1 is\nAgain (you forgot it)," in run.text
    finally:
        run.close()
