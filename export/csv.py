"""Cards as a table, one line for each: for spreadsheets and programs that take question and answer as text.

RFC 4180: a header, commas, CRLF, every cell in double quotes, double quotes within doubled; UTF-8. A cell that a
spreadsheet would take for a formula begins with an apostrophe, which keeps it text: decks may come from strangers, and
a formula may fetch or start something. Numbers stay as they are, and so do lists whose lines begin with `- `, unless
they hold what a formula needs to call a function or another program.
"""

import csv
import io
import re
from pathlib import Path

from export.files import write_text
from export.sides import Shown, report_of, shown
from srs.cards.outgoing import ExportReport, ExportRequest
from srs.cards.plain import to_text
from srs.errors import UsageError
from srs.watching import told

COLUMNS = ("card", "deck", "type", "tags", "front", "back")

_FORMULA = re.compile(r"\s*(?:[=+@\uff1d\uff0b\uff20]|[-\uff0d](?!\s))|[\t\r\n]")
_LIST = re.compile(r"\s*[-\uff0d]\s")
_CALL = re.compile(r"[(|!\uff08\uff5c\uff01]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*\s*%?")


def export(request: ExportRequest, target: Path) -> ExportReport:
    """Writes each card of every note that is no draft to the table `target`. Raises SrsError."""
    if request.schedules is not None:
        raise UsageError("a table holds no schedule", "leave out --with-scheduling, or write .apkg or .json")
    cards = list(shown(request))
    table = io.StringIO(newline="")
    writer = csv.writer(table, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_row, told(request.watch, "Writing cards", cards, len(cards))))
    write_text(target, table.getvalue())
    return report_of(cards)


def _row(each: Shown) -> list[str]:
    note, card, face = each
    about = (card.id, note.deck_of(card.template), note.type, " ".join(note.tags))
    return [_harmless(text) for text in (*about, to_text(face.front), to_text(face.answer))]


def _harmless(text: str) -> str:
    risky = _FORMULA.match(text) or (_LIST.match(text) and _CALL.search(text))
    return f"'{text}" if risky and not _NUMBER.fullmatch(text) else text
