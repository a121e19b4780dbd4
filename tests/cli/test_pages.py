"""Pages: right as HTML, complete in themselves, and opened by a real browser without an error or a request."""

import shutil
import subprocess
import threading
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srs.cli.page import forecastpage, frame, svg
from srs.cli.page.statspage import page
from srs.insight.forecast.habits import Habits
from srs.insight.forecast.outcome import Choice, forecast
from srs.insight.forecast.start import start_of
from srs.insight.stats.figures import Stats
from tests.cli.drawn_stats import drawn, empty
from tests.support import basic_deck, make_collection, moment, open_collection, times

VOID = frozenset(("meta", "link", "br"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class Outline(HTMLParser):
    """A page's tags and text; fails where a tag is not closed by its own, or where two attributes have one name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[tuple[tuple[str, ...], str]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), attrs
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.inside.append((tuple(self.open), data))

    @property
    def text(self) -> str:
        """What a reader sees, tips and descriptions included."""
        return " ".join(" ".join(data for at, data in self.inside if "style" not in at).split())


def shown(stats: Stats, query: str = "", name: str = "What is it?") -> Outline:
    return Outline(page(stats, query, lambda id_: name))


@pytest.mark.parametrize("stats", [drawn(1), drawn(2), drawn(9), drawn(40), drawn(365), drawn(2500), empty(), empty(9)])
def test_page_is_complete_in_itself(stats: Stats) -> None:
    """No page has a script or asks for anything: no address but those of nothing, and a policy that forbids both."""
    found = shown(stats)
    assert not {"script", "img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in found.tags}
    for tag, attributes in found.tags:
        assert not any(name.startswith("on") or name in ("src", "srcset", "xlink:href") for name in attributes)
        assert attributes.get("href", "data:,") == "data:,", tag
    style = next(data for at, data in found.inside if at[-1:] == ("style",))
    assert "url(" not in style
    assert "@import" not in style
    policy = next(attributes["content"] for tag, attributes in found.tags if "http-equiv" in attributes)
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_page_says_every_figure() -> None:
    """Every kind of figure has its section, every drawing a title, a description, and a style for each of its marks."""
    found = shown(drawn(365))
    text = found.text
    for title in (
        "True retention", "Reviews and time", "Calendar", "By hour", "Answers", "Learnt", "Due", "Cards", "Stability",
        "Difficulty", "Retrievability", "Interval", "Hardest cards", "Hardest notes", "Decks", "Tags",
    ):  # fmt: skip
        assert title in text
    for number in ("1,301", "1,042", "42 due today, 5 of them overdue", "forgotten 8 of 14 times", "Europe/Berlin"):
        assert number in text
    plots = [attributes for tag, attributes in found.tags if tag == "svg" and attributes.get("role") == "img"]
    assert len(plots) == 13
    described = [data for at, data in found.inside if at[-2:] == ("svg", "desc") and data.strip()]
    assert len(described) == len(plots)
    style = next(data for at, data in found.inside if at[-1:] == ("style",))
    used = {
        each
        for tag, attributes in found.tags
        if tag in ("rect", "circle", "polyline")
        for each in (attributes.get("class") or "").split()
    }
    assert {each for each in used if f".{each} " not in style and f".{each}," not in style} == set()


def test_page_of_nothing_is_a_sentence() -> None:
    """Where nothing was studied the page says so and draws nothing."""
    found = shown(empty(9))
    assert "There are 9 cards here, and none has been studied yet: srs review" in found.text
    assert not any(tag == "svg" for tag, _ in found.tags)


@settings(max_examples=times(12))
@given(st.text(), st.text(), st.text())
def test_no_text_is_taken_for_markup(deck: str, query: str, name: str) -> None:
    """Whatever a deck, a query or a card holds, the page has the same tags as with plain words."""
    stats, plain = drawn(3, deck=f"x{deck}"), drawn(3, deck="x")
    found = shown(stats, f"x{query}", f"x{name}")
    assert [tag for tag, _ in found.tags] == [tag for tag, _ in shown(plain, "x", "x").tags]


@given(st.floats(0.001, 1e9), st.booleans())
def test_scale_has_round_numbers(most: float, whole: bool) -> None:
    """An axis holds what is drawn on it, and has one to four ticks, all on it."""
    axis = svg.scale(most, whole=whole)
    assert axis.low == 0
    assert axis.high >= most
    assert 1 <= len(axis.ticks) <= 4
    assert all(0 < tick.at <= axis.high for tick in axis.ticks)


def test_columns_stand_where_their_values_say() -> None:
    """A column's parts are stacked from the base up, in proportion, and its tip is on it."""
    axis = svg.Scale(0, 10, [svg.Tick(10, "10")])
    drawing = svg.columns(
        "t", "d", [svg.Column([5, 2.5], "seven & a half"), svg.Column([0, 10])], ["s1", "s2"], axis, height=100
    )
    found = Outline(drawing)
    bars = [attributes for tag, attributes in found.tags if tag == "rect" and attributes["class"] != "over"]
    assert [(bar["class"], bar["y"], bar["height"]) for bar in bars] == [
        ("s1", "50", "50"),
        ("s2", "25", "25"),
        ("s2", "0", "100"),
    ]
    assert bars[2]["x"] == "53%"
    assert "seven & a half" in found.text


def test_table_leaves_out_columns_on_a_telephone() -> None:
    """Columns named spare have the class that narrow screens do not show; numbers are flush right."""
    found = Outline(frame.table(["deck", "cards", "time"], [["a", "1", "2 s"]], spare=(2,)))
    assert [attributes.get("class") for tag, attributes in found.tags if tag == "td"] == [None, "n", "n spare"]


class Counting(SimpleHTTPRequestHandler):
    """Serves a folder and notes what it was asked for."""

    asked: list[str]

    def __init__(self, *arguments: object, asked: list[str], directory: str) -> None:
        self.asked = asked
        super().__init__(*arguments, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, format: str, *values: object) -> None:
        """Nothing: the test looks at `asked`."""


def test_browser_opens_it_without_an_error_or_a_request(tmp_path: Path) -> None:
    """Headless Chromium asks for a page alone and logs nothing, and shows it; a page that errs is told from it."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip(f"no browser to open pages with: none of {', '.join(BROWSERS)} is installed")
    whole = page(drawn(40), "", lambda id_: "What is it?")
    (tmp_path / "stats.html").write_text(whole, "utf-8")
    collection = open_collection(*make_collection(tmp_path, {"a.yaml": basic_deck("one", "two", "three")}))
    told = forecast(start_of(collection, moment()), Habits(), (Choice(0.8), Choice(0.95)), days=40, seeds=3)
    (tmp_path / "forecast.html").write_text(forecastpage.page(told), "utf-8")
    wrong = whole.replace("</body>", "<script>1</script><p style='background: url(/b.png)'>x</p></body>")
    (tmp_path / "wrong.html").write_text(wrong.replace("default-src 'none';", "default-src 'self';"), "utf-8")
    asked: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Counting, asked=asked, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        said, logged = opened(browser, f"http://127.0.0.1:{server.server_port}/stats.html", tmp_path)
        foretold, logged_too = opened(browser, f"http://127.0.0.1:{server.server_port}/forecast.html", tmp_path)
        alone = list(asked)
        _, complained = opened(browser, f"http://127.0.0.1:{server.server_port}/wrong.html", tmp_path)
        server.shutdown()
    assert "What you remember" in said and "minutes a day" in foretold
    assert alone == ["/stats.html", "/forecast.html"]
    assert "CONSOLE" not in logged + logged_too
    assert "CONSOLE" in complained


def opened(browser: str, address: str, folder: Path) -> tuple[str, str]:
    """What the browser made of a page, and what it logged."""
    options = (
        "--headless", "--disable-gpu", "--no-sandbox", "--no-first-run", "--disable-background-networking",
        "--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}", "--dump-dom",
    )  # fmt: skip
    done = subprocess.run([browser, *options, address], capture_output=True, text=True, timeout=120, check=False)
    return done.stdout, done.stderr
