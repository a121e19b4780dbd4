"""`srs read`, `srs drafts` and `srs prompt` in a real (pseudo-)terminal and in pipes."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.helpers import SETTINGS, Srs, Terminal
from tests.cli.test_fix_walk import editor

Run = Callable[..., Terminal]
KARPATHY = Path(__file__).parents[1] / "data/lessons/karpathy.txt"

LESSON = """\
# The sea

The moon pulls the water, and so the tides come twice a day.

Salt comes from rivers, which wash it out of the rock.

"The sea is everything." — Jules Verne, 1870

| Sea | Depth |
|---|---|
| Red Sea | 490 m |

The sea is blue because it reflects the sky.
"""


@pytest.fixture
def sea(bare: Srs) -> Srs:
    """An empty collection, and a lesson beside it."""
    bare.collection(SETTINGS)
    (bare.home / "sea.md").write_text(LESSON)
    return bare


def drafts(srs: Srs) -> list[str]:
    return [draft["fields"][next(iter(draft["fields"]))] for draft in srs.json("drafts")]


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_reading(sea: Srs, terminal: Run, columns: int, env: dict[str, str]) -> None:
    """Parts come one by one under their heading; h, c and ? pick from them, with the price of what was picked."""
    run = terminal(sea, "read", "../sea.md", columns=columns, rows=30, env=env)
    shown = run.sees("1 of 5", "The moon pulls", "Nothing is picked yet", "q ends")
    assert max(map(len, shown.splitlines())) <= columns
    run.press("h", "Highlighted: a draft", "h take out", "min a year")
    run.press("?", "Marked as doubted", "no doubt")
    run.press("?", "doubted no longer")
    run.press("h", "Took out 1 draft", "h highlight")
    run.press("u", "Took that back.", "Highlighted: a draft")
    run.press(" ", "2 of 5", "Salt comes from")
    run.press("c", "Question")
    run.press("Where is salt from?\r", "Answer")
    run.press("From rivers.\r", "Card: Where is salt from?")
    run.press("z", "H shows")
    run.press("H", "mark it as doubted")
    run.press("x", "2 of 5")
    run.press("b", "1 of 5")
    run.press("q", "Picked: 1 draft, 1 card", "srs drafts makes")
    assert run.ends() == 0
    assert [draft.startswith("(to be asked) The moon") for draft in drafts(sea)] == [True]
    assert [card["id"].startswith("where-is-salt") for card in sea.json("list", "is:new")] == [True]
    assert (sea.root / "sources/sea.md").read_text() == LESSON
    assert (b"\x1b" in run.sent) == (env.get("TERM") != "dumb")


def test_a_broken_connection_loses_nothing(sea: Srs, terminal: Run) -> None:
    """What was picked is in a deck at once: after a kill it is there, and reading goes on behind it."""
    run = terminal(sea, "read", "../sea.md")
    run.sees("1 of 5")
    run.press(" ", "2 of 5")
    run.press("h", "Highlighted")
    run.process.kill(signal.SIGKILL)
    run.ends()
    assert len(drafts(sea)) == 1
    run = terminal(sea, "read", "sea.md")
    run.sees("Here you picked last", "2 of 5", "Highlighted")
    run.press("g", "1 of 5")
    run.process.kill(signal.SIGHUP)
    assert run.ends() == 129


def test_what_a_part_would_make(sea: Srs, terminal: Run) -> None:
    """A quote and a row of a table become what the import would make of them."""
    run = terminal(sea, "read", "../sea.md")
    run.sees("1 of 5")
    run.press(" ", "2 of 5")
    run.press(" ", "3 of 5", "h drafts 1 quote")
    run.press("h", "once it is verified")
    run.press(" ", "4 of 5", "Sea: Red Sea", "Depth: 490 m")
    run.press("h", "Draft: Red Sea: Depth?")
    run.press("u", "Took that back.")
    run.press("\x03", "Picked: 1 draft")
    assert run.ends() == 130
    assert drafts(sea) == ["The sea is everything."]


def test_nothing_is_made_of_half_a_card(sea: Srs, terminal: Run) -> None:
    """Esc, or an answer that is left out, makes no card; a card that is there already is told."""
    run = terminal(sea, "read", "../sea.md")
    run.sees("1 of 5")
    run.press("c", "Question")
    run.press("\x1b", "card now")
    run.press("c", "Question")
    run.press("What?\r", "What?", "Answer")
    run.press("\r", "No card was made.")
    assert sea.json("list") == []
    for said in ("Added", "already"):
        run.press("c", "Question")
        run.press("What?\r", "What?", "Answer")
        run.press("That.\r", said)
    run.press("\x1b", "card now")
    run.press("u", "Took that back.")
    run.press("u", "There is nothing to take back")
    run.press("q", "Nothing is picked yet")
    assert run.ends() == 0


def test_a_card_that_is_refused_is_typed_once(sea: Srs, terminal: Run) -> None:
    """Where the deck file takes no card, that is said and what was typed stands in the lines again."""
    run = terminal(sea, "read", "../sea.md")
    run.sees("1 of 5")
    run.press("c", "Question")
    run.press("What?\r", "What?", "Answer")
    run.press("That.\r", "Added")
    [path] = (sea.root / "decks").glob("*.yaml")
    good = path.read_bytes()
    path.write_bytes(good + b"  - [\n")
    run.press("c", "Question")
    run.press("Who?\r", "Who?", "Answer")
    run.press("She.\r", "Question", "Who?")
    path.write_bytes(good)
    run.press("\r", "Who?", "Answer", "She.")
    run.press("\r", "Added")
    run.press("q", "2 cards")
    assert run.ends() == 0


def test_the_end_of_a_lesson(sea: Srs, terminal: Run) -> None:
    """Behind the last part is the end, with what was picked."""
    run = terminal(sea, "read", "../sea.md")
    for number in range(1, 6):
        run.sees(f"{number} of 5")
        run.process.send(" ")
    run.sees("Nothing is picked yet")
    assert run.ends() == 0


def test_reading_in_a_pipe(sea: Srs) -> None:
    """Without a terminal the same is done line by line."""
    done = sea("read", "../sea.md", lines="h\nx\n\nc\nWhere is salt from?\nRivers.\n\n?\nb\nu\nq\n")
    assert (done.code, done.err) == (0, "")
    assert "[1 of 5, line 3] The sea" in done.out and "c makes a card: the next two lines" in done.out
    assert "(Card: Where is salt from? (1 card))" in done.out
    assert len(drafts(sea)) == 1 and "Picked: 1 draft, 1 card" in done.out


@pytest.mark.parametrize(
    ("command", "lines", "why"),
    [
        ("read ../sea.md --deck ocean", "c\nWhy?\nSo.\nc\nWhy?\nSo.\nh\nq\n", "Ask for something else."),
        ("drafts", "v\nk\nk\nq\n", "This is no quote."),
        ("drafts", "k\nk\n", "Not kept: it has no question yet."),
    ],
)
def test_what_is_refused_in_a_pipe(drafted: Srs, command: str, lines: str, why: str) -> None:
    """A script learns by the exit code that something was refused; what else it asked for is done."""
    done = drafted(*command.split(), lines=lines)
    assert (done.code, done.err) == (1, "")
    assert why in done.out and any(word in done.out for word in ("Added", "Kept"))


def test_a_card_typed_in_a_reading_is_told_apart(sea: Srs, terminal: Run) -> None:
    """What was typed as the question stands on a line of its own above the one for the answer."""
    run = terminal(sea, "read", "../sea.md")
    run.sees("1 of 5")
    run.press("c", "Question")
    shown = [line.strip() for line in run.press("What pulls?\r", "Answer").splitlines()]
    assert shown[shown.index("Answer (esc: no card):") - 1] == "What pulls?"


def test_both_lists_tell_one_price(sea: Srs) -> None:
    """Drafts cost the same in `srs read` and in `srs drafts`, quotes that are to be verified too."""
    done = sea("read", "../sea.md", lines="\n\nh\nq\n").out
    assert "about 4.5 min a year" in done and "about 4.5 min a year" in sea("drafts", "--list").out


def test_what_was_taken_back_does_not_count(drafted: Srs) -> None:
    """A doubt that was taken off again, by its key, is nothing that was done."""
    assert drafted("drafts", lines="?\n?\nq\n").out.splitlines()[-1].startswith("Nothing was done.")


def test_lists(sea: Srs) -> None:
    """--list and --json tell what was picked of a lesson, by the file that was read or its name here."""
    sea("read", "../sea.md", lines="h\n\n?\n")
    picked = sea.json("read", "../sea.md")
    assert [(pick["line"], pick["asked"], pick["doubted"]) for pick in picked] == [(3, False, False), (5, False, True)]
    assert "2 picked from sources/sea.md" in sea("read", "sea.md", "--list").out
    assert "2 drafts, about" in sea("drafts", "--list").out
    assert [draft["from"] for draft in sea.json("drafts", "tag:doubt")] == ["sources/sea.md#L5"]


def test_what_is_no_lesson(sea: Srs) -> None:
    """A file that is not there, is no text or holds none is refused with words."""
    (sea.home / "x.bin").write_bytes(b"a\0b")
    (sea.home / "empty.txt").write_text("\n")
    assert "there is no lesson" in sea("read", "nowhere.txt", "--list").err
    (sea.home / "latin.txt").write_bytes("caf\xe9".encode("latin-1"))
    (sea.home / "wide.txt").write_bytes("sea".encode("utf-16"))
    assert "latin.txt is not in UTF-8, at byte 3" in sea("read", "../latin.txt").err
    assert "iconv -f UTF-16" in sea("read", "../wide.txt").err
    for name in ("../nowhere.txt", "../x.bin", "../empty.txt", "..", "../latin.txt", "../wide.txt"):
        done = sea("read", name)
        assert done.code in (1, 2) and done.err.startswith("srs: "), name
    assert not (sea.root / "sources").exists()


@pytest.mark.parametrize("deck", ["../x", "A::..", "/etc/x"])
def test_no_deck_can_be_called_so(sea: Srs, deck: str) -> None:
    """A name that no deck can have is refused before anything is read or kept, not at each key."""
    done = sea("read", "../sea.md", "--deck", deck, lines="h\n")
    assert (done.code, done.out) == (2, "") and "cannot be the name of a deck" in done.err
    (sea.home / "front.md").write_text(f"---\ndeck: {deck}\n---\nThe sea is wide.\n")
    assert "say --deck NAME" in sea("read", "../front.md").err
    assert not (sea.root / "sources").exists()


def test_undo_leaves_what_others_wrote(sea: Srs, terminal: Run) -> None:
    """What was changed by hand since it was picked is not taken out by u, nor where its file cannot be read."""
    run = terminal(sea, "read", "../sea.md")
    run.sees("1 of 5")
    run.press("h", "1 draft")
    deck = sea.root / "decks/sea.yaml"
    picked = deck.read_bytes()
    deck.write_bytes(changed := picked.replace(b"a: The moon pulls", b"a: The moon draws"))
    run.press("u", "was changed")
    assert deck.read_bytes() == changed
    deck.write_bytes(picked + b"  - q: a: b\n")
    run.press("u", "cannot be read")
    deck.write_bytes(picked)
    run.press("u", "Took that back.")
    assert drafts(sea) == []


def test_a_prompt(sea: Srs) -> None:
    """The prompt has the rules, what was kept as examples, and the passages that are not doubted; it comes back."""
    sea("read", "../sea.md", lines="h\n\n?\n\n\nh\nc\nHow deep is the Red Sea?\n490 m\n")
    done = sea("prompt", "sea.md")
    assert done.code == 0 and done.err == "Left out 1 passage that you doubt.\n"
    assert "> The moon pulls the water" in done.out and "Salt" not in done.out
    assert "from: sources/sea.md#L3" in done.out and "    How deep is the Red Sea?\n" in done.out
    answer = "- q: |-\n    What pulls the tides?\n  a: |-\n    The moon.\n  from: sources/sea.md#L3\n"
    assert sea("add", "--draft", lines=answer).code == 0
    assert "What pulls the tides?" in drafts(sea)


def test_a_prompt_of_nothing(sea: Srs) -> None:
    """Where nothing was picked there is no prompt, and the hint says how to pick."""
    done = sea("prompt", "../sea.md")
    assert done.code == 1 and "srs read ../sea.md" in done.err


DRAFTS = """\
deck: Sea
notes:
  - q: What pulls the tides?
    id: tides
    draft: true
    from: sources/sea.md#L3
    a: The moon.
  - q: (to be asked) Salt …
    id: salt
    draft: true
    from: sources/sea.md#L5
    a: Salt comes from rivers.
  - quote: The sea is everything.
    id: verne
    by: Jules Verne
    # Doubt: The year was taken from the line below.
    draft: true
    fidelity: unverified
"""


@pytest.fixture
def drafted(sea: Srs) -> Srs:
    """A collection with a question, a passage and a quote as drafts."""
    sea.deck("sea", DRAFTS)
    (sea.root / "sources").mkdir()
    (sea.root / "sources/sea.md").write_text(LESSON)
    return sea


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize("env", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_walk_of_drafts(drafted: Srs, terminal: Run, columns: int, env: dict[str, str]) -> None:
    """A draft is kept, a passage asked, a quote verified; each is shown with its price and where it is from."""
    run = terminal(drafted, "drafts", columns=columns, rows=30, env=env)
    shown = run.sees("1 of 3", "What pulls the tides?", "The moon.", "1 card, about", "From sources/sea.md, line 3")
    assert max(map(len, shown.splitlines())) <= columns
    run.press("k", "Kept tides: 1 card.", "2 of 3", "A passage that wants a question")
    run.press("k", "Not kept: it has no question yet.")
    run.press("c", "Question")
    run.press("Where is salt from?\r", "Answer")
    run.press("Rivers.\r", "3 of 3", "nobody has compared", "Guessed: The year was taken")
    run.press("k", "Not kept: compare it")
    run.press("v", "3 drafts kept (4 cards).", "left.")
    assert run.ends() == 0
    assert drafts(drafted) == []
    text = (drafted.root / "decks/sea.yaml").read_text()
    assert "draft" not in text and "Doubt" not in text and "fidelity: verbatim\n    checked: 2026-03-02" in text
    assert (b"\x1b" in run.sent) == (env.get("TERM") != "dumb")


def test_doubt_drop_undo(drafted: Srs, terminal: Run) -> None:
    """? tags a draft, d drops it, r calls a quote a paraphrase, and u takes each back, to the byte."""
    run = terminal(drafted, "drafts")
    run.sees("1 of 3")
    run.press("?", "You doubt it.", "srs drafts tag:doubt")
    run.press("d", "Dropped", "2 of 3")
    run.press("n", "3 of 3")
    run.press("u", "Back to this one.", "2 of 3")
    run.press("u", "It is there again.", "1 of 3")
    run.press("u", "Took back the change", "1 of 3")
    assert (drafted.root / "decks/sea.yaml").read_text() == DRAFTS
    run.press("u", "nothing to take back")
    run.press("n", "2 of 3")
    run.press("n", "3 of 3")
    run.press("r", "1 draft kept (2 cards). 2 drafts left")
    assert "fidelity: paraphrase" in (drafted.root / "decks/sea.yaml").read_text()


def test_editing_drafts(drafted: Srs, terminal: Run) -> None:
    """e shows the draft as edited; what an edit broke is told, and mended with e."""
    steps = ('sed -i "s/The moon./The sun./" $file', 'sed -i "s/id: tides/id: [tides/" $file')
    run = terminal(drafted, "drafts", env=editor(drafted, *steps, 'sed -i "s/id: .tides/id: tides/" $file'))
    run.sees("1 of 3")
    run.press("e", "This is the draft as edited.", "The sun.")
    run.press("e", "cannot be read as it is now", "decks/sea.yaml:4")
    run.press("e", "The sun.", "as edited")
    run.press("q", "1 edited. 3 drafts left")


def test_splitting_drafts(drafted: Srs, terminal: Run) -> None:
    """p makes several drafts of a question; what is not right is told and kept; of a quote it makes prompts."""
    fill = 'sed -i "0,/q:$/s/q:$/q: {q}/" $file'
    answer = 'sed -i "0,/a:$/s/a:$/a: Water./" $file'
    second = f"{fill.format(q='Two?')}; {answer}"
    run = terminal(drafted, "drafts", env=editor(drafted, fill.format(q="One?"), f"{answer}; {second}", second))
    run.sees("1 of 3")
    run.press("p", "Not taken. Line", "e: edit it again")
    run.press("e", "Made 2 drafts of it", "1 of 4", "One?", "Water.")
    run.press("k", "2 of 4", "Two?")
    run.press("n", "3 of 4")
    run.press("n", "4 of 4", "The sea is everything.")
    run.press("p", "Added 1 card to it.", "Two?")
    run.press("q", "1 draft kept (1 card), 2 split. 3 drafts left")
    assert run.ends() == 0


def test_drafts_in_a_pipe(drafted: Srs) -> None:
    """Without a terminal drafts are settled line by line."""
    done = drafted("drafts", lines="k\nc\nWhere is salt from?\nRivers.\ne\nv\n")
    assert (done.code, done.err) == (0, "")
    assert "[1 of 3] tides: basic, 1 card" in done.out and "decks/sea.yaml" in done.out
    assert done.out.endswith("3 drafts kept (4 cards). No draft is left.\n")
    assert drafted("drafts").out == "There is no draft.\n"


def test_a_passage_that_was_answered(drafted: Srs, terminal: Run) -> None:
    """A passage from which a model made notes says so, to be dropped."""
    drafted("add", "--draft", lines="- q: Where is salt from?\n  a: Rivers.\n  from: sources/sea.md#L5\n")
    run = terminal(drafted, "drafts", "salt")
    run.sees("1 of 2", "Rivers.")
    run.press("n", "A passage from which 1 note was made already: d drops it.")


def test_hostile_lessons(sea: Srs, terminal: Run) -> None:
    """Escape sequences in a lesson, its name and its title are shown and change nothing."""
    (sea.home / "evil.md").write_text("# One \x1b[2J\n\n\x1b]0;title\x07 text \u202e\n")
    run = terminal(sea, "read", "../evil.md")
    run.sees("1 of 1", "text")
    run.press("h", "Highlighted")
    run.press("q", "Picked: 1 draft")
    assert b"\x1b]" not in run.sent and "\u202e".encode() not in run.sent


def test_a_whole_lesson(bare: Srs, terminal: Run) -> None:
    """A whole lesson is picked, drafted, kept and reviewed."""
    bare.collection(SETTINGS)
    run = terminal(bare, "read", str(KARPATHY), rows=50)
    count = int(run.sees("1 of ").split(" of ")[1].split()[0])
    sections = set()
    for number in range(1, count + 1):
        shown = run.sees(f"{number} of {count}", "q ends")
        if "s drafts lines" in shown:
            sections.add(shown.split("s drafts lines ")[1].split(" as ")[0])
            run.press("s", "no section")
        elif "h drafts" in shown:
            run.press("h", "take out")
        elif number % 9 == 1 and "s no section" not in shown:
            run.press("h", "Highlighted")
        run.process.send(" ")
    run.sees("srs drafts makes cards of them")
    assert run.ends() == 0
    found = bare.json("drafts")
    types = [draft["type"] for draft in found]
    assert len(sections) == 6 == types.count("concept")
    assert types.count("quote") > 5 and types.count("basic") > 40
    run = terminal(bare, "drafts", rows=50)
    for number in range(1, len(found) + 1):
        shown = run.sees(f"{number} of {len(found)}", "q ends")
        if "v verified" in shown:
            run.process.send("v")
        elif "c write its question" in shown:
            run.press("c", "Question")
            run.press(f"What is number {number}?\r", "Answer")
            run.process.send("That.\r")
        else:
            run.process.send("k" if number % 2 else "d")
    run.sees("No draft is left.")
    assert run.ends() == 0 and bare.json("drafts") == []
    assert bare("check").code == 0
    kept = bare.json("list", "is:new")
    assert len(kept) > 50
    run = terminal(bare, "review", "--limit", "3", rows=60)
    for _ in range(3):
        run.sees("shows the answer")
        run.press(" ", "Good")
        run.process.send("4")
    run.sees("3 cards")
    assert len([event for event in bare.journal() if event["do"] == "review"]) == 3
