"""One self-contained page: head, style, sections, tables, folded numbers. Knows nothing of cards, and draws nothing.

The page asks for nothing, and its policy forbids it to: no script, no font, no picture from elsewhere. Its colours
follow the reader's light or dark setting, it fits a telephone, and it prints on white.
"""

from collections.abc import Container, Sequence
from html import escape
from importlib.resources import files
from typing import NewType

Html = NewType("Html", str)
"""Markup that is right as it stands. Every other text goes through `text` or `name` first."""

NOTHING = Html("")


def text(value: str) -> Html:
    """Any text, whoever wrote it, as markup: escaped, with controls and bidi overrides as visible signs."""
    from srs.cli.terminal.safe import visible

    return Html(escape(visible(value), quote=True))


def name(value: str) -> Html:
    """The same for what a user wrote (a deck, a card): whatever its direction, it turns nothing around it."""
    return Html(f"<bdi>{text(value)}</bdi>")


def joined(*parts: Html) -> Html:
    """Parts one after the other."""
    return Html("\n".join(part for part in parts if part))


def page(title: str, lede: Sequence[str], parts: Sequence[Html], foot: str = "") -> str:
    """The whole file. `lede`: the sentences under the title, the first of them as its subtitle."""
    style = files("srs.cli.page").joinpath("page.css").read_text("utf-8")
    under = "".join(
        f'<p class="{"sub" if not number else "lede"}">{text(each)}</p>' for number, each in enumerate(lede)
    )
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>{text(title)}</title>
<style>
{style}</style>
</head>
<body>
<main>
<header>
<h1>{text(title)}</h1>
{under}
</header>
{joined(*parts)}
</main>
<footer>{text(foot)}</footer>
</body>
</html>
"""


def section(title: str, *parts: Html) -> Html:
    """A part of the page under a heading."""
    return Html(f"<section>\n<h2>{text(title)}</h2>\n{joined(*parts)}\n</section>")


def paragraph(*sentences: str) -> Html:
    """Running text; nothing where there is no sentence."""
    return Html(f"<p>{text(' '.join(sentences))}</p>") if any(sentences) else NOTHING


def beside(*parts: Html) -> Html:
    """Parts next to each other, two in a row, where the page is wide enough."""
    return Html(f'<div class="beside">\n{joined(*parts)}\n</div>')


def facts(*found: tuple[str, str]) -> Html:
    """A few numbers that stand out, each as itself and what it is."""
    cells = "".join(f"<div><dt>{text(what)}</dt><dd>{text(number)}</dd></div>" for number, what in found)
    return Html(f'<dl class="facts">{cells}</dl>')


def figure(title: str, drawing: Html, note: str = "", numbers: Html = NOTHING) -> Html:
    """A drawing under its title, with a line below it and the table of its numbers folded away."""
    head = f"<h3>{text(title)}</h3>\n" if title else ""
    below = f"\n<figcaption>{text(note)}</figcaption>" if note else ""
    return Html(f"<figure>\n{head}{drawing}{below}{folded(numbers)}\n</figure>")


def folded(inside: Html, label: str = "Numbers") -> Html:
    """Something that opens at a click, without a script; in print it stays shut."""
    if not inside:
        return NOTHING
    return Html(f"\n<details><summary>{text(label)}</summary>\n{inside}\n</details>")


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], left: Container[int] = (0,), spare: Container[int] = ()
) -> Html:
    """A table; columns are flush right except those in `left`, and those in `spare` are left out on a telephone.

    `head` is plain text; the cells of `rows` are markup already: see `text` and `name`.
    """

    def cells(tag: str, row: Sequence[str]) -> str:
        found = []
        for at, cell in enumerate(row):
            kinds = " ".join(kind for kind, holds in (("n", at not in left), ("spare", at in spare)) if holds)
            scope = ' scope="col"' if tag == "th" else ""
            named = f' class="{kinds}"' if kinds else ""
            found.append(f"<{tag}{scope}{named}>{cell}</{tag}>")
        return "".join(found)

    body = "\n".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    top = cells("th", [text(each) for each in head])
    return Html(f'<div class="table"><table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>')


def write(path: str, page: str) -> None:
    """Put the page where the user asked for it: the old file or the new one, never half of it. Raises SrsError."""
    from pathlib import Path

    from srs.collection.files import locked, replace_file
    from srs.errors import SrsError, UsageError, said_by_system

    target = Path(path).expanduser()
    if not path:
        raise UsageError("--html takes the name of a file", "such as page.html")
    try:
        old = target.read_bytes() if target.is_file() else None
        if target.is_dir():
            raise SrsError(f"{path} is a folder", f"name a file, such as {path.rstrip('/')}/page.html")
        if target.exists() and old is None:  # a device would be replaced by a file of its name
            raise SrsError(f"{path} is not a regular file", "name a file, such as page.html")
        if not target.parent.is_dir():
            raise SrsError(f"{path}: there is no folder {target.parent}", "make it first, or name another file")
        folder = target.resolve(strict=old is not None).parent
    except (OSError, RuntimeError) as error:  # a link that leads to itself is a RuntimeError
        why = said_by_system(error) if isinstance(error, OSError) else "its links lead in a circle"
        raise SrsError(f"{path}: cannot be replaced, {why}", "name another file") from None
    with locked(folder):
        replace_file(target, old, page.encode())
