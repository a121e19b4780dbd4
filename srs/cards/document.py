"""What a field of a note says, as values: paragraphs, lists, tables, runs of text. Knows neither HTML nor Markdown.

Two fields that say the same have equal documents, however they were written.
"""

from srs.cards.runs import Runs
from srs.values import frozen


@frozen
class Paragraph:
    """A paragraph; never empty, and no two breaks side by side."""

    runs: Runs


@frozen
class Heading:
    """A heading; `level` from 1 to 6."""

    level: int
    runs: Runs


@frozen
class Code:
    """Preformatted text without the line ends below it."""

    text: str


@frozen
class Quote:
    """A quotation."""

    blocks: "tuple[Block, ...]"


@frozen
class List:
    """A list; `start` is the first number, None where there are none."""

    start: int | None
    items: "tuple[tuple[Block, ...], ...]"


@frozen
class Table:
    """A table: how its columns are aligned (`left`, `right`, `center` or empty), and its rows, the head first."""

    aligns: tuple[str, ...]
    rows: tuple[tuple[Runs, ...], ...]


@frozen
class Rule:
    """A line across."""


Block = Paragraph | Heading | Code | Quote | List | Table | Rule


@frozen
class Document:
    """What a field says. `dropped` names the decorations that are not in it; `refused` why it is not all, if so."""

    blocks: tuple[Block, ...]
    dropped: frozenset[str]
    refused: str
