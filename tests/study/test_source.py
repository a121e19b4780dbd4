"""The paragraph that a card came from: found, numbered, and never anything outside the collection."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.cards.note import Note, Place
from srs.errors import SrsError
from srs.study.source import AROUND, MOST, address_of, passage

TEXT = """\
# Title

Before this.
Still before.

The first line of it.
The second.
The third.

After it.
The end.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "cards"
    (root / "sources").mkdir(parents=True)
    (root / "sources/x.txt").write_text(TEXT)
    return root


def refused(root: Path, origin: str) -> str:
    with pytest.raises(SrsError) as caught:
        passage(root, origin)
    return caught.value.message


def test_the_paragraph_around_a_line(root: Path) -> None:
    """`#L7` shows the whole paragraph that line 7 is in, and two lines before and after it."""
    found = passage(root, "sources/x.txt#L7")
    assert found
    assert (found.path, found.start, found.first, found.last) == ("sources/x.txt", 4, 6, 8)
    assert found.numbered() == [
        (4, "Still before.", False),
        (5, "", False),
        (6, "The first line of it.", True),
        (7, "The second.", True),
        (8, "The third.", True),
        (9, "", False),
        (10, "After it.", False),
    ]


@pytest.mark.parametrize(
    ("origin", "first", "last", "shown"),
    [
        ("sources/x.txt#L7-L10", 7, 10, 7),
        ("sources/x.txt#L7-10", 7, 10, 7),
        ("sources/x.txt#L10-L7", 7, 10, 7),
        ("sources/x.txt#L7-L7", 7, 7, 5),
        ("sources/x.txt#L1", 1, 1, 3),
        ("sources/x.txt#L5", 5, 5, 5),
        ("sources/x.txt#L11", 10, 11, 4),
        ("sources/x.txt", 1, 1, 3),
        ("  sources/x.txt#L1  ", 1, 1, 3),
    ],
)
def test_lines_that_are_named(root: Path, origin: str, first: int, last: int, shown: int) -> None:
    """A range is taken as it is; a blank line stands for itself; the ends of the file cut what is around."""
    found = passage(root, origin)
    assert found
    assert (found.first, found.last, len(found.lines)) == (first, last, shown)


@pytest.mark.parametrize(
    "origin", ["X", "https://example.com/a#L24", "A book, chapter 3", "", "x.txt", "#L3", "https://example.com"]
)
def test_what_names_no_file(root: Path, origin: str) -> None:
    """A title or a web page names no file: there is no passage, and nothing is wrong."""
    assert passage(root, origin) is None


def test_what_is_not_there_is_told(root: Path) -> None:
    """A missing file and a missing line are told in words."""
    assert refused(root, "sources/y.txt#L1") == "there is no file 'sources/y.txt' in cards/"
    assert refused(root, "sources/x.txt#L12") == "sources/x.txt has 11 lines, and `from:` names line 12"
    assert refused(root, "sources/x.txt#L3-L99").endswith("names line 99")
    assert "names line" in refused(root, "sources/x.txt#L0")
    assert "no file" in refused(root, "sources#L1")


@pytest.mark.parametrize(
    "name", ["../secret.txt", "/etc/passwd", "sources/../../secret.txt", "..\\secret.txt", "C:\\x"]
)
def test_no_way_leads_out(root: Path, name: str) -> None:
    """Neither `..` nor an absolute path leads out of the collection."""
    (root.parent / "secret.txt").write_text("secret\n")
    assert "leads out" in refused(root, f"{name}#L1")


def test_no_link_leads_out(root: Path) -> None:
    """A link to a file or folder elsewhere is refused; one within the collection is followed."""
    (root.parent / "secret.txt").write_text("secret\n")
    (root / "sources/link.txt").symlink_to(root.parent / "secret.txt")
    (root / "sources/up").symlink_to(root.parent)
    (root / "sources/loop").symlink_to("loop")
    (root / "sources/good.txt").symlink_to("x.txt")
    assert "leads out" in refused(root, "sources/link.txt#L1")
    assert "leads out" in refused(root, "sources/up/secret.txt#L1")
    assert "no file" in refused(root, "sources/loop#L1")
    assert passage(root, "sources/good.txt#L1")


def test_what_is_no_text(root: Path) -> None:
    """A picture, a pipe or a huge file is refused in words, and quickly."""
    (root / "sources/a.png").write_bytes(b"\x89PNG\0\0")
    os.mkfifo(root / "sources/pipe")
    with (root / "sources/huge.txt").open("wb") as file:
        file.truncate(1 << 32)
    assert refused(root, "sources/a.png#L1") == "sources/a.png is no text"
    assert "no file" in refused(root, "sources/pipe#L1")
    assert refused(root, "sources/huge.txt#L1") == "sources/huge.txt is too large to be shown, 4,096 MB"


def test_old_texts_can_be_read(root: Path) -> None:
    """Line ends of any system count as one, a byte order mark is dropped, and odd bytes hide no line."""
    (root / "sources/old.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo \xe9\rthree")
    found = passage(root, "sources/old.txt#L2")
    assert found
    assert found.lines == ("one", "two \ufffd", "three")


@given(st.lists(st.sampled_from(["", "x", " "]), min_size=1, max_size=400), st.data())
def test_the_line_is_always_in_its_passage(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], data: st.DataObject
) -> None:
    """Whatever the text, the line asked for is shown with its own number, in a passage that is never too long."""
    root = tmp_path_factory.getbasetemp() / "any"
    (root / "sources").mkdir(parents=True, exist_ok=True)
    lines = [f"{line}{number}" if line.strip() else line for number, line in enumerate(lines)] + ["end"]
    (root / "sources/x.txt").write_text("\n".join(lines))
    at = data.draw(st.integers(1, len(lines)))
    found = passage(root, f"sources/x.txt#L{at}")
    assert found
    assert found.first <= at <= found.last
    assert found.last - found.first < MOST
    assert len(found.lines) <= MOST + 2 * AROUND
    assert all(lines[number - 1] == line for number, line, _ in found.numbered())


NOTE = Note("a", True, "basic", "D", (), {}, (), (), (), (), False, None, None, None, Place("decks/a.yaml", 1, 1))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("See http://example.com/a_(b), page 3.", "http://example.com/a_(b)"),
        ("[a page](https://example.com/x)", "https://example.com/x"),
        ("<https://example.com>", "https://example.com"),
        ("https://example.com.", "https://example.com"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("a lecture", None),
    ],
)
def test_the_page_of_a_note(text: str, address: str | None) -> None:
    """A web page in `from`, `url` or `source` is found, without what stands around it; nothing else is one."""
    assert address_of(replace(NOTE, origin=text)) == address
    assert address_of(replace(NOTE, fields={"source": text})) == address
    assert address_of(replace(NOTE, origin="sources/x.txt#L3", fields={"url": text, "source": "x"})) == address
