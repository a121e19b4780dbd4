"""The rules of advice: what each speaks of, and what looks like it and is fine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.advice.giving import CLOSING, advise
from srs.cards.advice.rules import NAMES, RULES
from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.note import Note, Place
from srs.errors import Problem

TYPES = builtin_types()


def notes(text: str, path: str = "decks/a.yaml") -> tuple[Note, ...]:
    found = read_deck(path, text.encode(), TYPES)
    assert found.problems == ()
    return found.notes


def advice(text: str, troubles: dict[str, str] | None = None) -> list[Problem]:
    """What is said of the notes of a deck, whose text starts with `- `, at the column of `notes:`."""
    every = notes(f"notes:\n{text}\n")
    return advise(every, TYPES, {note.id for note in every}, troubles)


def said(text: str) -> set[str]:
    return {problem.code for problem in advice(text)}


def ask(question: str, answer: str = "a thing") -> str:
    """A basic note, its texts as blocks."""
    lines = ["- q: |-", *(f"    {line}" for line in question.splitlines())]
    lines += ["  a: |-", *(f"    {line}" for line in answer.splitlines())]
    return "\n".join(lines)


def pair(first: str, one: str, second: str, other: str) -> str:
    """Two basic notes."""
    return f"{ask(first, one)}\n  id: one\n{ask(second, other)}\n  id: other"


def tree(fruit: str, source: str) -> str:
    return f"- q: Which tree bears {fruit}?\n  a: One of ours{source}"


LONG = (
    "They travel by night, follow the coast for days, rest where reeds are high, and then cross the whole sea at once,"
    " whatever the wind and the moon may be."
)
SEA = (
    "Which sea lies between one coast and another when you sail east for nine days, keep the land on your left, pass"
    " two straits, do not stop anywhere, and end in a harbour without tides?"
)
BAD = [
    ("one-thing", ask("How do storks travel?", LONG)),
    ("one-thing", ask("Who wrote Emma? When did it appear?", "Jane Austen")),
    ("one-thing", ask("What does `fsync` do and why is `write` not enough?", "flushes")),
    ("one-thing", ask("Who found radium, and in which year?", "Marie Curie")),
    ("one-thing", f"- concept: Stork\n  definition: |-\n    {LONG}\n  cards: [definition]"),
    ("list", ask("Which colours has the flag of Estonia?", "blue, black and white")),
    ("list", ask("How do you make tea?", "1. boil water\n2. add leaves\n3. wait")),
    ("list", ask("Name all the noble gases of period three.", "Argon")),
    ("list", ask("What are the four chambers of the heart?", "Two atria, two ventricles")),
    ("list", "- term: RGB\n  means: red, green, blue"),
    ("yes-no", ask("Is glass a liquid?", "A solid without order")),
    ("yes-no", ask("When a lock is held, does `flock` wait?", "Until it is free")),
    ("yes-no", ask("What of whales: fish?", "No, mammals")),
    ("yes-no", ask("True or false: whales are fish.", "They are mammals")),
    ("example", ask("What is an example of a prime number?", "7")),
    ("example", ask("Give a typical example for a metonym.", "The crown")),
    ("example", ask("Which animal is one example of a marsupial?", "The koala")),
    ("one-answer", pair("Which river flows through Vienna?", "Danube", "Which river flows through Vienna?", "Wien")),
    ("one-answer", ask("Describe the Krebs cycle.", "It burns acetyl")),
    ("one-answer", ask("What is interesting about octopuses?", "Three hearts")),
    ("one-answer", ask("Name a planet with rings.", "Saturn")),
    ("context", ask("Why did he resign?", "The vote was lost")),
    ("context", ask("It replaced FTP. Which port does it use?", "22")),
    ("context", ask("What is the second step?", "Grinding")),
    ("context", ask("What is the default timeout?", "90 seconds")),
    ("context", "- cloze: This is measured in {{c1::hertz}} by every lab."),
    ("about-source", ask("What does the book say about bees?", "They dance")),
    ("about-source", ask("According to the article, why do bees dance?", "To point")),
    ("about-source", ask("Which picture stands for entropy in chapter two?", "A desk")),
    ("giveaway", ask("Which layer normalises each batch in a network?", "Batch normalisation")),
    ("giveaway", ask("In which sea does the Baltic herring live?", "The Baltic")),
    ("giveaway", "- term: page cache\n  means: a cache of what was read from disk"),
    ("giveaway", "- cloze: Photosynthesis in leaves is called {{c1::photosynthesis}} in every plant."),
    ("long-question", ask(SEA, "The Baltic")),
    ("cloze", "- cloze: The cell's {{c1::mitochondria make nearly all of the energy}} it needs."),
    ("cloze", "- cloze: The capital {{c1::of}} France is Paris."),
    ("cloze", "- cloze: The {{c1::sun}} and {{c2::moon}} and {{c3::mars}} and {{c4::venus}} move along one ecliptic."),
    (
        "interference",
        pair(
            "Which signal stops a running Unix process for good?",
            "`SIGKILL`",
            "Which signal stops a running Unix process for now?",
            "`SIGSTOP`",
        ),
    ),
    (
        "interference",
        pair("What is the capital of Austria?", "Vienna", "What is the capital of Australia?", "Canberra"),
    ),
    (
        "interference",
        pair(
            "What does `head -n 5 access.log` print?",
            "the first five lines",
            "What does `head -n -5 access.log` print?",
            "all but the last five lines",
        ),
    ),
    ("two-ways", ask("What is an inode?", "The record of a file on disk, without its name")),
    ("two-ways", ask("What does idempotent mean?", "Doing it twice changes nothing more")),
    ("source", ask("When did the Vasa sink?", "1628")),
    ("source", "- quote: Simplicity is prerequisite for reliability.\n  by: Edsger W. Dijkstra\n  fidelity: verbatim"),
    (
        "source",
        "\n".join(tree(*each) for each in [("plums", ""), ("figs", "\n  source: p. 1"), ("nuts", "\n  source: p. 2")]),
    ),
    ("date", ask("What is the latest version of Rust?", "1.91")),
    ("date", ask("Who is currently the world champion in chess?", "Gukesh")),
    ("date", ask("How much does Fastmail charge for a mailbox?", "5 dollars a month")),
    ("date", ask("How popular is Neovim?", "95k stars")),
]
GOOD = [
    ("one-thing", ask("How long may a name be?", "255 bytes")),
    ("one-thing", ask("What does this do?\n```\nx\n```", f"```\n{LONG}\n```")),
    ("one-thing", ask("What did the poster say?", f"“{LONG}”")),
    ("one-thing", ask("He asked “Who? When?” and left. Who was this emperor of Rome?", "Nero")),
    ("one-thing", ask("What is the difference between how TCP and how UDP count?", "bytes, segments")),
    ("list", ask("When did Rome fall?", "4 September, 476")),
    ("list", ask("Why do cats purr?", "For calm, which heals, and for food")),
    ("list", ask("Which two planets have no moon?", "Mercury and Venus")),
    ("list", ask("What does the `list` command of git-tag show?", "tags")),
    ("yes-no", ask("Which word does YAML 1.1 read as a truth?", "`no`")),
    ("yes-no", ask("In which year, if any, was the bridge closed?", "In 1999")),
    ("yes-no", ask("What does Nobel's prize honour?", "Nobility of the mind")),
    ("yes-no", ask("When in doubt, what does a pilot trust?", "The instruments")),
    ("yes-no", ask("In what, after all, does a whale differ from a fish?", "It breathes air")),
    ("example", ask("What is a koala an example of?", "A marsupial")),
    ("example", ask("Of which figure of speech is “the crown” an example?", "Metonymy")),
    ("example", ask("What goes wrong in the example of the two trains?", "The fly never turns")),
    ("one-answer", pair("Which river flows through Vienna?", "Danube", "Which river flows through Rome?", "Tiber")),
    ("one-answer", ask("Explain why ice floats.", "It is less dense")),
    ("context", ask("Which bird lays its eggs in foreign nests?", "The cuckoo")),
    ("context", ask("This tree loses its needles in winter. Which tree is it?", "The larch")),
    ("context", ask("At its height the empire of Rome spoke two languages. Which was the other?", "Greek")),
    ("context", ask("What is missing in this line?\n```python\nif x\n```", "`:`")),
    ("context", ask("What is the name of the star that is nearest to us?", "Proxima")),
    ("context", ask("What is 7 × 8?", "56")),
    ("context", "- cloze: Sound is measured in {{c1::hertz}}, because it swings."),
    ("about-source", ask("In lecture 3 of Zero to Hero, which network is built?", "An MLP")),
    ("about-source", ask("Darwin wrote a book on worms. What was the book's claim?", "They make soil")),
    ("about-source", ask("What does `man` call a chapter of its pages?", "A section")),
    ("giveaway", ask("Which is larger, the Sun or Sirius?", "Sirius")),
    ("giveaway", ask("“The hottest language is ____”: what is missing?", "English")),
    ("giveaway", ask("Does heat flow against or along a gradient of temperature, and why?", "Against the gradient")),
    ("giveaway", "- cloze: TCP opens with {{c1::SYN}}, goes on with {{c2::SYN-ACK}} and is done."),
    ("long-question", ask("What does this print?\n```python\n" + "word " * 40 + "\n```", "much")),
    ("cloze", "- cloze: TCP opens with {{c1::SYN}}, {{c2::SYN-ACK}} and {{c3::ACK}}, three segments in all."),
    ("cloze", "- cloze: To see who is logged in, call `{{c1::who}}` in a shell."),
    (
        "interference",
        pair("Which signal stops a process for good?", "`SIGKILL`", "Which signal ends a pipeline early?", "`SIGPIPE`"),
    ),
    ("interference", pair("What is the capital of France?", "Paris", "What is the capital of Italy?", "Rome")),
    (
        "interference",
        "- q: [Which signal kills a process at once for good?, Which signal kills a process for ever?]\n  a: KILL",
    ),
    (
        "two-ways",
        pair(
            "What is an inode?", "The record of a file on disk", "Which record holds a file's data on disk?", "An inode"
        ),
    ),
    ("two-ways", ask("What is the capital of Peru?", "The city of Lima")),
    ("two-ways", "- term: inode\n  means: the record of a file on disk"),
    ("source", ask("When did the Vasa sink?", "1628") + "\n  source: Vasa museum"),
    ("source", ask("Which signal does Ctrl-C send?", "`SIGINT`")),
    ("source", "- quote: So it goes.\n  by: Kurt Vonnegut\n  work: Slaughterhouse-Five"),
    ("date", ask("What was the latest version of Rust as of November 2025?", "1.91")),
    ("date", ask("Which option makes `git log` show only the latest commit?", "`-1`")),
    ("date", ask("Which status says that a page has moved for now?", "302")),
    ("date", ask("What did a first-class stamp cost in 1840?", "1 penny, 0.01 pounds")),
]


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_a_bad_card_is_spoken_of(rule: str, text: str) -> None:
    """The rule speaks of the card."""
    assert rule in said(text)


@pytest.mark.parametrize(("rule", "text"), GOOD)
def test_a_good_card_that_looks_like_it_is_not(rule: str, text: str) -> None:
    """The rule is silent about a card that looks like one it speaks of."""
    assert rule not in said(text)


def test_every_rule_is_shown() -> None:
    """Each rule that looks at a text has bad cards and good ones here."""
    alone = set(NAMES) - {"mend", "orphan"}
    assert {rule for rule, _ in BAD} == alone
    assert {rule for rule, _ in GOOD} == alone


def test_every_rule_says_why() -> None:
    """Each rule has sentences that say why it holds and how to mend it, and the authors it is from."""
    for rule in RULES:
        assert rule.why.endswith(".") and rule.mend.endswith("."), rule.name
        assert any(name in rule.learnt for name in ("Wozniak", "Bjornstad", "Matuschak", "Nielsen", "Borretti"))


def test_advice_says_where_what_and_how() -> None:
    """A piece of advice names the card, what is seen, why that is hard, who says so; its hint mends it."""
    (problem,) = advice(ask("Is glass a liquid?", "A solid"))
    assert (problem.path, problem.line, problem.severity, problem.code) == ("decks/a.yaml", 2, "advice", "yes-no")
    assert problem.message.startswith("is-glass-a-liquid-")
    assert "It can be answered with yes or no. Half of the guesses are right" in problem.message
    assert problem.message.endswith("(Bjornstad, Precise cards; Matuschak, How to write good prompts)")
    assert problem.hint.startswith("Ask why, what or when")


def test_a_prompt_is_told_at_its_line() -> None:
    """Advice on a prompt stands where the prompt is written, and names its card."""
    (problem,) = advice(
        "- concept: Glass\n  id: glass\n  definition: A solid without order.\n"
        "  prompts:\n    - q: Is glass a liquid?\n      id: wet\n      a: A solid"
    )
    assert (problem.line, problem.message.partition(":")[0]) == (6, "glass")
    assert problem.message.startswith("glass:p-wet: ")


def test_a_note_is_spoken_of_once() -> None:
    """What several cards or wordings of one note have in common is said once."""
    (problem,) = advice("- q: [Is glass a liquid?, Is glass wet?]\n  a: A solid")
    assert problem.code == "yes-no"


def test_only_wanted_notes_are_spoken_of() -> None:
    """Notes that are not wanted are looked at for comparison, and not spoken of."""
    every = notes("notes:\n" + ask("Which river flows through Vienna?", "Danube") + "\n  id: one\n"
                  + ask("Which river flows through Vienna?", "Wien") + "\n  id: two\n")  # fmt: skip
    (problem,) = advise(every, TYPES, {"two"})
    assert problem.message.startswith("two:answer: `one:answer` asks the same")


def test_an_orphan_is_tied_to_nothing() -> None:
    """The only note of a deck, without tags and with no word that another note has, is an orphan, and no other note."""
    rest = "\n".join(ask(f"Which number follows {n}?", f"{n + 1}") + f"\n  id: n{n}" for n in range(20))
    lonely = "notes:\n" + ask("How do storks travel?", "By night") + "\n  id: stork\n"
    alone = [*notes(f"notes:\n{rest}\n"), *notes(lonely, "decks/b.yaml")]
    (problem,) = advise(alone, TYPES, {note.id for note in alone})
    assert (problem.code, problem.path) == ("orphan", "decks/b.yaml")
    tied = [*notes(f"notes:\n{rest}\n"), *notes(f"tags: [birds]\n{lonely}", "decks/b.yaml")]
    assert advise(tied, TYPES, {note.id for note in tied}) == []


def test_answers_show_what_to_mend() -> None:
    """A card of which its answers say that it is hard is one to mend."""
    text = ask("How do storks travel?", "By night") + "\n  id: stork"
    (problem,) = advice(text, {"stork:answer": "You forgot it 5 times after it was learnt."})
    assert problem.code == "mend"
    assert "You forgot it 5 times after it was learnt." in problem.message


def test_a_rule_is_silenced_with_a_reason() -> None:
    """`quiet:` silences one rule for one note, and the others go on speaking."""
    text = ask("Is the latest Rust faster?", "Yes") + "\n  quiet:\n    yes-no: The doubt is the point."
    assert said(text) == {"date"}


def test_silencing_without_need_is_a_problem() -> None:
    """A rule that has nothing to say need not be silenced; one that hangs on answers may be."""
    (problem,) = advice(ask("Who sings?", "A wren") + "\n  quiet: {mend: it is Irish, yes-no: why not}")
    assert (problem.code, problem.severity) == ("unused-quiet", "warning")
    assert "`yes-no`" in problem.message


def test_an_unknown_rule_is_a_problem_of_the_deck() -> None:
    """A rule that does not exist, or is silenced without a reason, is a warning, and the note stays."""
    found = read_deck(
        "a.yaml", b"notes:\n- q: x\n  a: y\n  quiet:\n    yesno: because\n    date:\n    cloze: it sings\n", TYPES
    )
    assert [(p.line, p.code, p.severity) for p in found.problems] == [
        (5, "unknown-rule", "warning"),
        (6, "no-reason", "warning"),
    ]
    assert "yes-no" in found.problems[0].hint
    assert dict(found.notes[0].quiet) == {"cloze": "it sings"}


@pytest.mark.parametrize("value", ["yes-no", "[yes-no]", "{yes-no: [a]}"])
def test_quiet_is_a_set_of_keys(value: str) -> None:
    """Anything but texts by rule is an error in the note."""
    found = read_deck("a.yaml", f"notes:\n- q: x\n  a: y\n  quiet: {value}\n".encode(), TYPES)
    assert [p.severity for p in found.problems] == ["error"]


def test_types_of_ones_own_are_read_as_shown() -> None:
    """Cards of a type that is not built in are judged by their two sides."""
    from srs.cards.typefile import read_notetype

    own = read_notetype(
        "notetypes/riddle.yaml",
        b"notetype: riddle\nmarker: riddle\nfields:\n  - {name: riddle, required: true}\n  - {name: solution}\n"
        b"templates:\n  - id: solve\n    name: Solve\n    front: '{{riddle}}'\n"
        b"    back: '{{FrontSide}}<hr id=answer>{{solution}}'\n",
    )[0]
    assert own
    types = {**TYPES, "riddle": own}
    deck = read_deck("a.yaml", b"notes:\n- riddle: Is a stork a bird?\n  solution: A kite\n", types)
    found = advise(deck.notes, types, {note.id for note in deck.notes})
    assert [problem.code for problem in found] == ["yes-no"]


def test_the_closing_sentence() -> None:
    """What is said after all advice is that none proves nothing."""
    assert "no proof of a good card" in CLOSING


@given(st.text(max_size=60), st.sampled_from(["", "what is ", "[", "“", "```", "_", "{{c1::"]), st.integers(1, 30_000))
def test_any_text_is_read(text: str, piece: str, often: int) -> None:
    """Whatever a card holds, the rules come to an end and raise nothing."""
    card = Note("x", True, "basic", "D", (), {"q": text + piece * often, "a": piece + text}, (), (), (), (), False,
                None, None, None, Place("a.yaml", 1, 1))  # fmt: skip
    for problem in advise([card], TYPES, {"x"}):
        assert problem.code in NAMES
