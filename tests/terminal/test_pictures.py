"""Pictures through a `chafa` that stands on PATH: what it is asked, and what of its answer reaches the terminal."""

import os
import re
import time
from pathlib import Path

import pytest

from srs.cli.preferences import Preferences
from srs.cli.terminal.pictures import Pictures, pictures
from srs.cli.terminal.style import PLAIN, Palette
from srs.cli.terminal.walk import lines

COLOURS, MONOCHROME = Palette(True, True), Palette(False, True)
DRAWS = "printf '\\033[?25l\\033[0m\\033[31;44mAB\\033[0m\\nCD\\033[0m\\n\\033[?25h'"
LINES = ["\x1b[0m\x1b[31;44mAB\x1b[0m\x1b[0m", "CD\x1b[0m\x1b[0m"]


class Place:
    """A collection with a picture, and a `chafa` made of shell lines."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "cards"
        self.bin = folder / "bin"
        (self.root / "media").mkdir(parents=True)
        self.bin.mkdir()
        (self.root / "media/a.png").write_bytes(b"picture")
        self.environ = {"PATH": f"{self.bin}{os.pathsep}{os.defpath}", "OUT": str(folder / "argv"), "TERM": "xterm"}

    def chafa(self, *script: str) -> None:
        """Make a chafa that notes its arguments, one call a line, and does what `script` says."""
        path = self.bin / "chafa"
        path.write_text("\n".join(["#!/bin/sh", 'echo "$@" >> "$OUT"', *script]) + "\n")
        path.chmod(0o755)

    def draws(self, wanted: str = "auto", palette: Palette = COLOURS, **environ: str) -> Pictures | None:
        prefs = Preferences(pictures=wanted)  # type: ignore[arg-type]
        return pictures(self.root, prefs, palette, self.environ | environ)

    @property
    def asked(self) -> list[str]:
        path = Path(self.environ["OUT"])
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_picture_becomes_lines(place: Place) -> None:
    """chafa is asked for symbols of a size, without animation, of the file itself; its lines come back, each ended."""
    place.chafa(DRAWS)
    draw = place.draws()
    assert draw
    assert draw("a.png", 30) == LINES
    path = place.root / "media/a.png"
    assert place.asked == [f"--format=symbols --animate=off --colors=16 --size=30x12 -- {path}"]


def test_drawn_once(place: Place) -> None:
    """A picture is drawn once for each size, and again when its file changed."""
    place.chafa(DRAWS)
    draw = place.draws()
    assert draw
    for columns in (30, 30, 20, 30):
        draw("a.png", columns)
    assert len(place.asked) == 2
    draw.rows = 5
    draw("a.png", 30)
    assert len(place.asked) == 3
    os.utime(place.root / "media/a.png", ns=(1, 1))
    draw("a.png", 30)
    assert len(place.asked) == 4


@pytest.mark.parametrize(
    ("environ", "palette", "colours"),
    [
        ({}, COLOURS, "16"),
        ({"TERM": "tmux-256color"}, COLOURS, "256"),
        ({"COLORTERM": "truecolor"}, COLOURS, "full"),
        ({"COLORTERM": "truecolor"}, MONOCHROME, "none"),
    ],
)
def test_colours_of_the_terminal(place: Place, environ: dict[str, str], palette: Palette, colours: str) -> None:
    """As many colours are asked for as the terminal says it has."""
    place.chafa(DRAWS)
    draw = place.draws("always", palette, **environ)
    assert draw
    draw("a.png", 30)
    assert f"--colors={colours} " in place.asked[0]


@pytest.mark.parametrize(
    ("wanted", "palette", "drawn"),
    [
        ("auto", COLOURS, True), ("auto", MONOCHROME, False), ("auto", PLAIN, False), ("always", COLOURS, True),
        ("always", MONOCHROME, True), ("always", PLAIN, False), ("never", COLOURS, False),
    ],
)  # fmt: skip
def test_where_pictures_are_drawn(place: Place, wanted: str, palette: Palette, drawn: bool) -> None:
    """`auto` draws where there are colours, `always` without them too, pipes and dumb terminals never get pictures."""
    place.chafa(DRAWS)
    assert (place.draws(wanted, palette) is not None) == drawn


def test_without_chafa(place: Place) -> None:
    """Where chafa is not installed there is nothing that draws, and the caption stays."""
    place.environ["PATH"] = str(place.bin)
    assert place.draws("always") is None
    html = '<img src="a.png" alt="a sun">'
    assert lines(html, 40, COLOURS, pictures=None) == lines(html, 40, COLOURS)


def test_the_caption_stays(place: Place) -> None:
    """A face shows the picture with its caption under it; in a table, or not drawn, the caption alone."""
    place.chafa(DRAWS)
    draw = place.draws()
    html = '<p>Look <img src="a.png" alt="a sun"></p><table><tr><td><img src="a.png" alt="in"></td></tr></table>'
    shown = lines(html + '<img src="none.png" alt="gone">', 40, COLOURS, pictures=draw)
    at = shown.index("\x1b[0m\x1b[31;44mAB\x1b[0m\x1b[0m")
    assert shown[at - 2 : at + 2] == ["Look", "", *LINES]
    assert "[picture: a sun]" in shown[at + 2]
    assert any("[picture: in]" in line for line in shown[at + 3 :])
    assert any("[picture: gone]" in line for line in shown)
    assert len(place.asked) == 1


def test_in_a_list(place: Place) -> None:
    """In a list the picture stands within the indent, and is asked for that much narrower."""
    place.chafa(DRAWS)
    shown = lines('<ul><li><img src="a.png" alt="x"></li></ul>', 40, MONOCHROME, pictures=place.draws())
    assert re.sub("\x1b\\[[0-9;]*m", "", "\n".join(shown)) == "• AB\n  CD\n  [picture: x]"
    assert "--size=38x12" in place.asked[0]


@pytest.mark.parametrize(
    "script",
    [
        "exit 1",
        "kill -9 $$",
        ":",
        "sleep 600",
        "sleep 600 & wait",
        "yes picture",
        "printf '%050d\\n' 1",  # wider than asked for
        "printf 'a\\n%.0s' $(seq 20)",  # higher than asked for
        "trap '' TERM HUP; while :; do :; done",
    ],
)
def test_a_chafa_that_fails(place: Place, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chafa that fails, hangs, floods or draws too much draws nothing, and is not asked again."""
    monkeypatch.setattr("srs.cli.terminal.pictures.TIME_LIMIT", 0.3)
    place.chafa(script)
    draw = place.draws()
    assert draw
    assert draw("a.png", 30) is None
    assert draw("a.png", 30) is None
    assert len(place.asked) <= 1  # one that is very slow to start may not even have come to note its arguments


def test_nothing_goes_on_drawing(place: Place) -> None:
    """What a chafa that was given up had started is ended with it."""
    place.chafa('sleep 600 & echo $! > "$OUT.pid"', "wait")
    draw = place.draws()
    assert draw
    assert draw("a.png", 30) is None
    pid = int(Path(f"{place.environ['OUT']}.pid").read_text())
    end = time.monotonic() + 20
    while _runs(pid):
        assert time.monotonic() < end
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_what_it_says_is_not_obeyed(place: Place) -> None:
    """Of what chafa writes only letters and styles reach the terminal: no title, no clipboard, no movement."""
    place.chafa("printf '\\033]0;x\\007\\033[2J\\033[5AP\\033P\\302\\233q\\r\\n\\377'")
    draw = place.draws()
    assert draw
    drawn = draw("a.png", 60)
    assert drawn
    assert "\x1b" not in re.sub("\x1b\\[[0-9;]*m", "", "".join(drawn))
    assert not re.search("[\x00-\x1a\x1c-\x1f\x7f-\x9f]", "".join(drawn))


@pytest.mark.parametrize(
    "src",
    ["../secret.png", "/etc/secret.png", "link.png", "none.png", "a.txt", "https://example.com/a.png", "", "\0.png"],
)
def test_only_media_is_drawn(place: Place, src: str) -> None:
    """Only a picture that really is in `media/` is given to chafa."""
    place.chafa(DRAWS)
    (place.root / "secret.png").write_bytes(b"x")
    (place.root / "media/link.png").symlink_to(place.root / "secret.png")
    (place.root / "media/a.txt").write_text("x")
    draw = place.draws()
    assert draw
    assert draw(src, 30) is None
    assert place.asked == []


def test_no_room(place: Place) -> None:
    """Where there is hardly any room, and for a huge file, the caption does."""
    place.chafa(DRAWS)
    draw = place.draws()
    assert draw
    assert draw("a.png", 8) is None
    with (place.root / "media/huge.png").open("wb") as file:
        file.truncate(1 << 30)
    assert draw("huge.png", 30) is None
    assert place.asked == []
