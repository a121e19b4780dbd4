"""`srs add` as somebody at a terminal meets it, and the key `a` of a review."""

from collections.abc import Callable

from tests.cli.helpers import Srs, Terminal

Run = Callable[..., Terminal]


def test_two_questions(srs: Srs, terminal: Run) -> None:
    """Bare `srs add` asks for front and back, shows the card and saves it."""
    run = terminal(srs, "add")
    run.sees("Front (empty cancels, ? asks for more):")
    run.press("What is 2 + 2?\r", "Back (empty cancels):")
    run.press("**four**\r", "Added what-is-2-2-", "To take it back")
    assert run.ends() == 0
    assert "four" in run.text
    assert srs.json("list", "deck:inbox")[0]["type"] == "basic"


def test_an_empty_answer_cancels(srs: Srs, terminal: Run) -> None:
    """Nothing typed, nothing added."""
    run = terminal(srs, "add")
    run.sees("Front")
    run.press("\r", "nothing was added")
    assert run.ends() == 1


def test_more_is_asked_for(srs: Srs, terminal: Run) -> None:
    """`?` asks for the type and its fields alone, for tags and a deck with completion, and shows the card first."""
    run = terminal(srs, "add", rows=40)
    run.sees("Front")
    run.press("?\r", "Types: q,", "Type [q]:")
    run.press("quo\t", "Type [q]: quote")
    run.press("\r", "Quote (empty cancels):")
    run.press("One two three four five six\r", "By:")
    run.press("Me\r", "Source:")
    run.press("\r", "Work:")
    run.press("\r", "Date (YYYY")
    run.press("2023-13\r", "A date is YYYY")
    run.press("2023-01\r", "Place:")
    run.press("\r", "Url:")
    run.press("\r", "Fidelity (verbatim, near, paraphrase, unverified):")
    run.press("ve\t\r", "Checked (YYYY")
    run.press("\r", "Meaning:")
    run.press("\r", "Context:")
    run.press("\r", "Tags:")
    run.press("ge\t, new\r", "Deck [")
    run.press("World::Q\t", "World::Quotes")
    run.press("\r", "Save it? [Y/n/e: edit it first]", "How does this go on?")
    run.press("\r", "Added 3 cards in decks/quotes.yaml")
    assert run.ends() == 0
    card = srs.json("list", "tag:new")[0]
    assert (card["deck"], card["type"], card["tags"]) == ("World::Quotes", "quote", ["geo", "new"])


def test_a_type_asks_for_its_fields(srs: Srs, terminal: Run) -> None:
    """The name of a type alone asks for its fields; what was given is not asked; the last deck is the default."""
    srs("add", "a?", "b", "--deck", "Newest")
    run = terminal(srs, "add", "term", "--tag", "x")
    run.sees("Term (empty cancels):")
    run.press("logits\r", "Means (empty cancels):")
    run.press("scores\r", "Source:")
    run.press("\r", "Deck [Newest]:")
    run.press("\r", "Save it?")
    run.press("n\r", "nothing was added")
    assert run.ends() == 1
    assert not srs.json("list", "tag:x")


def test_a_card_like_another_is_asked_about(srs: Srs, terminal: Run) -> None:
    """In a terminal the one that asks the same is shown, and only yes saves; --yes does not ask."""
    words = ("add", "What is the capital of France?", "Paris")
    run = terminal(srs, *words)
    run.sees("This asks what is asked at decks/cities.yaml:4 (france)", "Add it all the same? [y/N]")
    run.press("\r", "nothing was added")
    assert run.ends() == 1
    run = terminal(srs, *words)
    run.sees("Add it all the same? [y/N]")
    run.press("y\r", "Added what-is-the-capital-of-france")
    assert run.ends() == 0
    run = terminal(srs, "add", "Which is the capital of France?", "Paris", "--yes")
    run.sees("Added which-is-the-capital-of-france")
    assert run.ends() == 0


def test_the_editor_comes_back(srs: Srs, terminal: Run) -> None:
    """What is wrong stands at the top when the editor comes again, with its line as it is then."""
    script = srs.home / "editor"
    script.write_text(
        "#!/bin/sh\n"
        'if grep -q \'^#!\' "$1"; then cp "$1" "$HOME/second"; sed -i \'s/anser/a/\' "$1"\n'
        "else sed -i 's/^  - q:$/  - q: One?/; s/^    a:$/    anser: 1/' \"$1\"; fi\n"
    )
    script.chmod(0o755)
    run = terminal(srs, "add", "--edit", env={"EDITOR": str(script), "TMPDIR": str(srs.home)})
    run.sees("`anser` is not a key of a note of type basic.", "Edit again? [Y/n]")
    run.press("\r", "Added one-")
    assert run.ends() == 0
    lines = (srs.home / "second").read_text().split("\n")
    (told,) = (line for line in lines if "`anser` is not" in line)
    assert "anser: 1" in lines[int(told.split()[2].rstrip(":")) - 1]
    assert not list(srs.home.glob("srs-*"))


def test_a_key_of_the_review(srs: Srs, terminal: Run) -> None:
    """`a` asks for front and back, adds the card to the deck of the one that is shown, and comes back to it."""
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.press("a", "New card, front?")
    run.press("Capital of Peru?\r", "The back of “Capital of Peru?”")
    run.press("Lima\r", "Added capital-of-peru", "Capital of France?")
    run.press(" ", "Paris", "3 Good")
    run.press("a", "New card, front?")
    run.press("\x1b", "3 Good")
    run.press("q", "No card was answered.")
    assert run.ends() == 0
    assert [card["deck"] for card in srs.json("list", "Peru")] == ["World::Cities"]


def test_a_refused_card_of_the_review_is_kept(srs: Srs, terminal: Run) -> None:
    """Where the deck file takes no card, that is said and what was typed stands in the line again."""
    srs.deck("flow", "deck: AA\nnotes: [{q: First of all?, a: x}]\n")
    run = terminal(srs, "review", "deck:AA", columns=100)
    run.sees("First of all?")
    run.press("a", "New card, front?")
    run.press("Kept?\r", "The back of")
    run.press("Yes\r", "list in brackets", "> Kept?")
    run.press("\r", "> Yes")
    run.press("\x1b", "space shows")
    run.press("q", "No card was answered.")
    assert run.ends() == 0


def test_a_card_of_the_review_that_is_there(srs: Srs, terminal: Run) -> None:
    """What asks the same is said before it is added."""
    run = terminal(srs, "review")
    run.sees("Capital of France?")
    run.press("a", "New card, front?")
    run.press("What is the capital of Italy?\r", "The back of")
    run.press("Rome\r", "asks nearly the same: Capital of Italy?", "y: add it")
    run.press("n", "Nothing was added.")
    run.press("q", "No card was answered.")
    assert run.ends() == 0
    assert len(srs.json("list", "Italy")) == 1
