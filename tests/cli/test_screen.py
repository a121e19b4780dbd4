"""The review in a real (pseudo-)terminal, as a person sees and leaves it."""

import re
import signal
import sys
import termios
import time
from collections.abc import Callable

import pytest

from tests.cli.helpers import SETTINGS, Srs, Terminal

Run = Callable[..., Terminal]


def flags(run: Terminal) -> list[int]:
    """The terminal's modes."""
    return termios.tcgetattr(run.process.child_fd)[:4]


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_sitting(srs: Srs, terminal: Run, columns: int, env: dict[str, str]) -> None:
    """Front, space, back with four ratings and times, rate, undo, rate again, quit, summary."""
    run = terminal(srs, "review", columns=columns, env=env)
    front = run.sees("Capital of France?", "4 new", "answer")
    assert "Paris" not in front
    back = run.press(" ", "Paris", "1 Again 1m", "2 Hard 6m", "3 Good 10m", "4 Easy")
    assert re.search(r"4 Easy \d+d", back)
    run.press("3", "Capital of Italy?", "Good: comes back in 10m.", "3 new, 1 learning")
    run.press("u", "Took back the answer of", "Capital of France?")
    run.press(" ", "Paris")
    run.press("4", "Capital of Italy?", "Easy: comes back in ")
    run.press("q", "1 card answered: 1 easy.", "Left for today: 3 new.")
    assert run.ends() == 0
    assert [event["do"] for event in srs.journal()] == ["review", "undo", "review"]
    coloured = re.search(rb"\x1b\[[0-9;]*3[0-7]m", run.sent) is not None
    assert coloured == (not env)
    assert (b"\x1b" in run.sent) == (env.get("TERM") != "dumb")


def test_space_and_enter_are_good(srs: Srs, terminal: Run) -> None:
    """Space and Enter turn the card over and rate it Good."""
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.press("\r", "Paris")
    run.press("\r", "Capital of Italy?")
    run.press(" ", "Rome")
    run.press(" ", "agora")
    run.press("q", "2 cards answered: 2 good.")


def test_the_next_card_was_edited_meanwhile(srs: Srs, terminal: Run) -> None:
    """A card edited while the one before lay face up is shown as it is now, without a key."""
    deck = next(path for path in (srs.root / "decks").rglob("*.yaml") if "of Italy?" in path.read_text("utf-8"))
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.press(" ", "Paris")
    deck.write_text(deck.read_text("utf-8").replace("Capital of Italy?", "Which town governs Italy?"), "utf-8")
    run.press("3", "Which town governs Italy?", "Good: comes back in 10m.")
    run.press("q", "1 card answered: 1 good.")


def test_quick_keys_are_no_long_work(srs: Srs, terminal: Run) -> None:
    """However quickly key follows key, no line of progress flickers over the card."""
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        run.press(" ", "Paris")
        run.press("3", "Capital of Italy?")
        run.press("u", "Took back the answer of")
    run.press("q", "No card was answered.")
    assert b"Writing" not in run.sent and b"Reading" not in run.sent


def test_a_key_that_means_nothing(srs: Srs, terminal: Run) -> None:
    """On the back a key without a meaning rates nothing and says what the keys do."""
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.press("3", "Paris", "3 Good")
    run.press("x", "1, 2, 3 or 4 rates it, ? shows all keys.")
    run.press("q", "No card was answered.")
    assert not srs.journal()


def test_first_sitting_explains_the_ratings(srs: Srs, terminal: Run) -> None:
    """The first back of the first sitting explains the four ratings; the next one does not."""
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.press(" ", "How did it go?", "Again forgot")
    run.press("3", "Capital of Italy?")
    assert "How did it go?" not in run.press(" ", "Rome")


def test_nothing_due(bare: Srs, terminal: Run) -> None:
    """With nothing due the review says so and leaves the terminal alone."""
    run = terminal(bare.collection(a="notes: []\n"), "review")
    run.sees("Nothing is left to study now.")
    assert run.ends() == 0
    assert b"\x1b" not in run.sent


def test_private_journal_is_told(bare: Srs, terminal: Run) -> None:
    """The first answer of a private journal says where answers go; the second does not."""
    bare.collection(
        SETTINGS.replace("[fsrs]", 'journal = "private"\n[fsrs]'), a="notes:\n  - q: x\n    a: y\n  - q: z\n    a: w\n"
    )
    run = terminal(bare, "review")
    run.sees("x")
    run.press(" ", "y")
    run.press("3", "Your answers are kept apart from these decks")
    run.press(" ", "w")
    assert "kept apart" not in run.press("3", "2 learning")


def test_a_first_day(bare: Srs, terminal: Run) -> None:
    """Ten new cards of the starter decks, each Good until it leaves the steps, end in the summary."""
    assert bare("init", str(bare.root)).code == 0
    run = terminal(bare, "review", cwd=bare.root)
    run.sees("10 new")
    for _ in range(20):
        run.press(" ", "3 Good")
        run.process.send("3")
        while "3 Good" in run.text:
            run.read()
    run.sees("20 answers on 10 cards: 20 good.", "That is all for now.")
    assert run.ends() == 0
    assert bare.json("status")["new"] == 0
    assert bare.json("next")["card"] is None


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 0)])
@pytest.mark.parametrize("revealed", [False, True])
def test_leaving_by_control_keys(srs: Srs, terminal: Run, key: str, code: int, revealed: bool) -> None:
    """Ctrl-C and Ctrl-D end the sitting with the summary; what was answered is kept, the terminal is as it was."""
    run = terminal(srs, "review")
    before = flags(run)
    run.sees("Capital of France?")
    run.press(" ", "Paris")
    run.press("3", "Capital of Italy?")
    if revealed:
        run.press(" ", "Rome")
    run.press(key, "1 card answered: 1 good.")
    after = flags(run)
    assert run.ends() == code
    assert after == before
    assert len(srs.journal()) == 1


def test_hangup(srs: Srs, terminal: Run) -> None:
    """A hangup ends the review; what was answered is kept."""
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.press(" ", "Paris")
    run.press("3", "Capital of Italy?")
    run.process.kill(signal.SIGHUP)
    assert run.ends() == 129
    assert len(srs.journal()) == 1
    assert srs.json("status")["reviewed_today"] == 1


def test_terminal_that_goes_away(srs: Srs, terminal: Run) -> None:
    """Closing the terminal window ends the program."""
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.process.close()
    end = time.monotonic() + 10
    while run.process.isalive() and time.monotonic() < end:
        time.sleep(0.05)
    assert not run.process.isalive()


def test_resize(srs: Srs, terminal: Run) -> None:
    """A new size paints the card anew, within its columns, and rates nothing."""
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.press(" ", "Paris", "3 Good")
    run.resize(34, 20)
    run.sees("Paris", "3 Good 10m")
    assert max(map(len, run.text.splitlines())) <= 34
    run.resize(100, 30)
    run.sees("1 Again 1m     2 Hard 6m     3 Good 10m")
    run.press("3", "Capital of Italy?")


def test_stop_and_continue(srs: Srs, terminal: Run) -> None:
    """Ctrl-Z gives the shell a sane terminal; `fg` paints the same card again, and answers go on."""
    shell = Terminal(["/bin/sh", "-i"], srs.env | {"PS1": "ready> ", "ENV": ""}, srs.root)
    try:
        shell.sees("ready>")
        shell.press(f"{sys.executable} -m srs review\r", "Capital of France?")
        shell.press(" ", "Paris")
        shell.press("\x1a", "ready>")
        shell.press(
            "stty -a | tr ' ' '\\n' | grep -E '^-?(echo|icanon|isig)' | tr '\\n' ','\r", "isig,icanon,", "echo,"
        )
        shell.press("fg\r", "Paris", "3 Good")
        shell.press("3", "Capital of Italy?")
        shell.press("q", "1 card answered", "ready>")
    finally:
        shell.close()
    assert len(srs.journal()) == 1


def test_hostile_text(bare: Srs, terminal: Run) -> None:
    """Escape sequences, OSC 52, C1 controls and bidi overrides in a card are visible text and change nothing."""
    bare.collection(
        a='deck: "Evil \u202e deck"\nnotes:\n  - q: "one &#27;[2J two \u202e three &#x9b;31m"\n    id: evil\n'
        '    a: "copy &#27;]52;c;aGk=&#7; and &#27;]0;title&#7; <b onclick=x>bold</b>"\n'
    )
    run = terminal(bare, "review")
    run.sees("one", "two", "three", "U+202E")
    run.press(" ", "copy", "]52;c;aGk=", "3 Good")
    assert b"\x1b]" not in run.sent
    assert b"\x9b" not in run.sent.replace("⟨".encode(), b"").replace("›".encode(), b"")
    assert "\u202e".encode() not in run.sent
    assert not re.search(rb"\x1b\[2J", run.sent)
    assert run.screen.title == ""


def test_a_long_card(bare: Srs, terminal: Run) -> None:
    """A card longer than the screen keeps its keys on the screen, begins with the answer, and can be scrolled."""
    front = "".join(f"      line {n}\n\n" for n in range(30))
    back = "".join(f"      answer {n}\n\n" for n in range(40))
    bare.collection(long=f"notes:\n  - q: |-\n{front}    id: long\n    a: |-\n{back}")
    run = terminal(bare, "review")
    shown = run.sees("line 0", "q ends", "arrow keys")
    assert "line 29" not in shown
    run.press("\x1b[6~", "line 12", "q ends")
    run.press("\x1b[F", "line 29")
    assert "answer" not in run.text.replace("shows the answer", "")
    shown = run.press(" ", "answer 0", "3 Good", "arrow keys")
    assert "line 0\n" not in shown
    run.press("\x1b[B", "answer 1")
    run.press("\x1b[F", "answer 39", "3 Good")
    run.press("\x1b[H", "line 0", "3 Good")
    for _ in range(3):
        run.press("\x1b[A", "line 0")
    run.resize(60, 12)
    run.sees("3 Good")
    run.press("q", "No card was answered.")
    assert not bare.journal()


def test_a_tiny_terminal(srs: Srs, terminal: Run) -> None:
    """A terminal of ten columns and five lines is of little use and does no harm."""
    run = terminal(srs, "review", columns=10, rows=5)
    run.sees("key")
    run.process.send(" ")
    run.sees("4 Easy")
    run.process.send("4qq")
    assert run.ends() == 0
    assert len(srs.journal()) == 1


def test_what_stood_before_is_kept(srs: Srs, terminal: Run) -> None:
    """What the terminal showed before the review scrolls away and is not wiped."""
    shell = Terminal(["/bin/sh", "-c", f"echo precious; exec {sys.executable} -m srs review"], srs.env, srs.root)
    try:
        shell.sees("Capital of France?")
        above = ["".join(line[n].data for n in range(8)) for line in shell.screen.above]
        assert "precious" in above
    finally:
        shell.close()


def test_typing_ahead(srs: Srs, terminal: Run) -> None:
    """Keys typed before the card is painted count, in their order."""
    run = terminal(srs, "review")
    run.process.send(" 4 4q")
    run.sees("2 cards answered: 2 easy.")
    assert run.ends() == 0
    assert len(srs.journal()) == 2


def test_answer_that_cannot_be_saved(srs: Srs, terminal: Run) -> None:
    """An answer that the disk refuses is told on the screen, and the card stays."""
    srs("status")
    device = (srs.home / "state" / "device").read_text().split()[0]
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.press(" ", "Paris")
    (srs.root / "journal" / f"{device}.2026.jsonl").mkdir(parents=True)
    run.press("3", "is a directory", "3 Good")
    run.press("q", "No card was answered.")
    assert run.ends() == 0


def test_offer_accepted(bare: Srs, terminal: Run) -> None:
    """Without any collection a terminal is offered ~/srs; Enter makes it and the review begins."""
    run = terminal(bare, "review", cwd=bare.home)
    run.sees("There is no collection yet", "~/srs")
    run.press("\r", "10 new", "q ends")
    run.press("q", "No card was answered.")
    assert run.ends() == 0
    assert (bare.home / "srs" / "srs.toml").is_file()


@pytest.mark.parametrize(("answer", "code"), [("n\r", 1), ("\x03", 130), ("\x04", 130)])
def test_offer_refused(bare: Srs, terminal: Run, answer: str, code: int) -> None:
    """No to the offer makes nothing; exit 1, or 130 for Ctrl-C and Ctrl-D."""
    run = terminal(bare, "review", cwd=bare.home)
    run.sees("Make ~/srs with the starter decks?")
    run.process.send(answer)
    for _ in range(20):
        if run.process.isalive() and not run.read(3):
            run.process.send(answer)  # a key typed just while the prompt sets up the terminal may be lost
    assert run.ends() == code
    if code == 1:
        run.sees("srs init")
    assert not (bare.home / "srs").exists()


def test_no_offer_for_a_named_collection(bare: Srs, terminal: Run) -> None:
    """A collection that was named and is not there is an error, not an offer."""
    run = terminal(bare, "-C", "nowhere", "review", cwd=bare.home)
    run.sees("nowhere")
    assert run.ends() == 1


def test_output_into_a_file(srs: Srs, terminal: Run) -> None:
    """With standard output in a file the review is in line mode, though the keyboard is a terminal."""
    log = srs.home / "log"
    shell = Terminal(["/bin/sh", "-c", f"{sys.executable} -m srs review > {log}"], srs.env, srs.root)
    try:
        shell.process.send("\r3\rq\r")
        assert shell.ends() == 0
    finally:
        shell.close()
    assert "1 card answered: 1 good." in log.read_text()
    assert "\x1b" not in log.read_text()


def test_add_asks(srs: Srs, terminal: Run) -> None:
    """`srs add` alone asks two questions in a terminal."""
    run = terminal(srs, "add")
    run.press("", "Front (empty cancels, ? asks for more):")
    run.press("Capital of Chile?\r", "Back (empty cancels):")
    run.press("Santiago\r", "Added", "decks/inbox.yaml")
    assert run.ends() == 0
    (card,) = srs.json("list", "deck:inbox")
    assert "Santiago" in srs.json("show", card["id"])["back"]


def test_add_is_cancelled(srs: Srs, terminal: Run) -> None:
    """Nothing typed where `srs add` asks cancels it."""
    run = terminal(srs, "add", "Who am I")
    run.press("", "Back (empty cancels):")
    run.press("\r", "srs: nothing was added")
    assert run.ends() == 1 and not srs.json("list", "deck:inbox")


def test_add_asks_for_what_is_missing(srs: Srs, terminal: Run) -> None:
    """`srs add term NAME` asks for the meaning in a terminal."""
    run = terminal(srs, "add", "term", "logits")
    run.press("", "Means (empty cancels):")
    run.press("scores before the softmax\r", "Added")
    assert run.ends() == 0
    assert len(srs.json("list", "deck:inbox")) == 2


QUICK = SETTINGS + 'learning_steps = ["3s", "10m"]\n[study]\nlearn_ahead = "0s"\n'
ONE = "notes:\n  - q: What is one?\n    id: one\n    a: It is one.\n"


def test_a_pause_goes_on_by_itself(bare: Srs, terminal: Run) -> None:
    """With nothing due yet the sitting waits, answers keys meanwhile, and shows the card when its time has come."""
    bare.collection(QUICK, a=ONE)
    run = terminal(bare, "review", env={"SRS_NOW": ""})
    run.sees("What is one?")
    run.press(" ", "3 Good")
    run.press("1", "The next card is due in <1m.", "1 card answered: 1 again.")
    run.press("?", "any key goes back")
    run.press("x", "What is one?", "1 learning")
    run.press("q", "Left for today: 1 learning.")
    assert run.ends() == 0


def test_a_pause_is_over_at_the_limit(bare: Srs, terminal: Run) -> None:
    """With --limit reached the sitting ends instead of waiting."""
    bare.collection(QUICK, a=ONE)
    run = terminal(bare, "review", "--limit", "1")
    run.sees("What is one?")
    run.press(" ", "3 Good")
    run.press("1", "1 card answered: 1 again.", "That is all for now.")
    assert run.ends() == 0


def test_no_pause_of_hours(bare: Srs, terminal: Run) -> None:
    """Where the next card comes in more than an hour, the sitting ends and says when."""
    bare.collection(QUICK.replace("3s", "8h"), a=ONE)
    run = terminal(bare, "review")
    run.sees("What is one?")
    run.press(" ", "3 Good")
    run.press("1", "The next card is due in 8h.")
    assert run.ends() == 0


def test_an_edit_keeps_the_history(bare: Srs, terminal: Run) -> None:
    """A studied note without an id, edited so that its id would change, gets its old id in the file, and is shown."""
    bare.collection(a="notes:\n  - q: Capital of France?\n    a: Paris\n  - q: Another?\n    a: Yes\n")
    card = bare.json("next")["card"]["id"]
    assert bare("answer", card, "easy", env={"SRS_NOW": "2026-02-01T09:00:00Z"}).code == 0
    editor = "sed -i 's/Capital of France?/What do they call their main town in Gaul?/'"
    run = terminal(bare, "review", f"id:{card.partition(':')[0]}", env={"EDITOR": editor})
    run.sees("Capital of France?")
    run.press("e", "in Gaul?", f"id: {card.partition(':')[0]}", "1 due")
    run.press(" ", "Paris")
    run.press("3", "1 card answered")
    assert bare.json("show", card)["card"]["reps"] == 2


def test_an_editor_that_fails(srs: Srs, terminal: Run) -> None:
    """An editor that cannot be started is told, and the card stays."""
    run = terminal(srs, "review", env={"EDITOR": "no-such-editor"})
    run.sees("Capital of France?")
    run.press("e", "no-such-editor", "Capital of France?")
    run.press("q", "No card was answered.")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("keys", ["m", "f", "?", "i"])
def test_ended_from_outside(srs: Srs, terminal: Run, keys: str, number: signal.Signals) -> None:
    """Ended by a signal, whatever is on the screen, it leaves the terminal as it was and keeps what was done."""
    run = terminal(srs, "review")
    before = flags(run)
    run.sees("Capital of France?")
    run.press(" ", "3 Good")
    run.press("3", "Capital of Italy?")
    run.press(keys, {"m": "What is wrong", "f": "Flag:"}.get(keys, "any key goes back"))
    run.process.kill(number)
    assert run.ends() == 128 + number
    assert flags(run) == before and len(srs.journal()) == 1


def test_typing_in_a_dumb_terminal(bare: Srs, terminal: Run) -> None:
    """A terminal that only prints on shows the letters of a line as they are typed, and no sequences."""
    bare.collection(a="notes:\n  - ask: Capital of Czechia?\n    id: praha\n    answer: Praha\n")
    run = terminal(bare, "review", env={"TERM": "dumb"})
    run.sees("Capital of Czechia?", ">")
    for typed in ("P", "Pr", "Prx"):
        run.press(typed[-1], f"> {typed}")
    run.press("\x7f", "> Pr")
    run.press("aha\r", "That is right.", "[3 Good")
    assert b"\x1b" not in run.sent
    run.press("q", "No card was answered.")


def test_undo_while_typing(bare: Srs, terminal: Run) -> None:
    """Under a line being typed stands how to take back the answer before, with the user's own keys."""
    asks = "".join(f"  - ask: What is {n}?\n    id: n{n}\n    answer: it\n" for n in (1, 2))
    bare.collection(a=f"notes:\n{asks}")
    configured(bare, '[keys]\nundo = "z"\n')
    run = terminal(bare, "review")
    run.sees("What is 1?", "esc other keys: z undo, ? all")
    run.press("it\r", "That is right.")
    run.press("3", "What is 2?", "esc other keys: z undo, ? all")
    run.press("\x1b", "z undo    ? all keys")
    run.press("z", "Took back the answer of", "What is 1?")


def test_a_clock_in_doubt(srs: Srs, terminal: Run) -> None:
    """Under a clock that stands before the newest event it is asked before an answer is recorded; only y goes on."""
    assert srs("mark", "france", "x", "--now", "2199-04-01T09:00:00Z").code == 0
    run = terminal(srs, "review", "italy", env={"SRS_NOW": ""})
    run.sees("Capital of Italy?")
    run.press(" ", "3 Good")
    run.press("3", "Is the clock right? y: yes, record it;")
    run.press("n", "3 Good")
    assert len(srs.journal()) == 1
    run.press("3", "Is the clock right?")
    run.press("y", "Good: comes back")
    assert len(srs.journal()) == 2


def configured(srs: Srs, text: str) -> None:
    """The user's own config.toml."""
    folder = srs.home / ".config" / "srs"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(f"format = 1\n{text}")


@pytest.fixture
def listening(bare: Srs) -> Srs:
    """A card with a sound on each side, one with a sound on its front, one without."""
    bare.collection(
        a="notes:\n  - q: 'Listen [sound:one.mp3]'\n    a: 'It is [sound:two.mp3]'\n"
        "  - q: 'Which bird? [sound:bird.mp3]'\n    a: A wren\n  - q: Silent?\n    a: Yes\n"
    )
    (bare.root / "media").mkdir()
    for name in ("one.mp3", "two.mp3", "bird.mp3"):
        (bare.root / "media" / name).write_bytes(b"")
    return bare


def hears(srs: Srs, *names: str) -> None:
    """Wait until the player was given these files, in this order, and no others."""
    end = time.monotonic() + 20
    while not (srs.home / "heard").exists() or (srs.home / "heard").read_text().split() != list(names):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_sounds(listening: Srs, terminal: Run) -> None:
    """The first sound of a side is played as it appears; r plays the last one heard again, and ? says so."""
    configured(listening, f"player = \"sh -c 'basename $0 >> {listening.home}/heard'\"\n")
    run = terminal(listening, "review")
    run.sees("Listen")
    hears(listening, "one.mp3")
    run.process.send("r")
    hears(listening, "one.mp3", "one.mp3")
    run.press(" ", "3 Good")
    hears(listening, "one.mp3", "one.mp3", "two.mp3")
    run.process.send("r")
    hears(listening, "one.mp3", "one.mp3", "two.mp3", "two.mp3")
    run.press("?", "any key goes back")
    assert re.search(r"r +the sound again", run.text)
    run.press("x", "3 Good")
    run.press("4", "Which bird?")
    hears(listening, "one.mp3", "one.mp3", "two.mp3", "two.mp3", "bird.mp3")
    run.press(" ", "A wren", "3 Good")
    run.process.send("r")
    hears(listening, "one.mp3", "one.mp3", "two.mp3", "two.mp3", "bird.mp3", "bird.mp3")
    run.press("4", "Silent?")
    run.press("r", "There is no sound here.")
    run.press("?", "any key goes back")
    assert "the sound again" not in run.text
    run.press("x", "Silent?")
    run.press("q", "2 cards answered")


def test_a_sound_without_a_player(listening: Srs, terminal: Run) -> None:
    """Without a player nothing is said of sounds until r asks for one; then it is told what to write, and where."""
    run = terminal(listening, "review")
    assert "player" not in run.sees("Listen", "q ends")
    run.press("r", "No player is named.", "player =")
    run.press("q", "No card was answered.")
