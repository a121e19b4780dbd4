"""Note types, decks and settings as Anki keeps them in packages for older versions: JSON in one row. Pure.

What such JSON leaves out has the value that Anki itself gives it; what it holds of another kind is refused.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from srs.importers.anki.checks import listed, mapping, text, whole_number, wrong
from srs.importers.anki.head import MOST_DECKS, MOST_PARTS, MOST_TYPES, ROLLOVER, Head
from srs.importers.anki.package import AnkiDeck, AnkiField, AnkiTemplate, AnkiType
from srs.importers.anki.refused import Refused

T = TypeVar("T")

MOST_VALUES = 4_000_000
"""Values that one JSON text may hold, counted by its commas and brackets: some hundred bytes in memory each."""


def head_of(created: int, conf: str, models: str, decks: str) -> Head:
    """The row of the table `col`. Raises Refused."""
    settings = _decoded(conf, "its settings")
    return Head(
        created=created,
        rollover=hour(settings.get("rollover")),
        scheduler=whole_number(settings.get("schedVer", 1), "its settings"),
        types=_by_id(_decoded(models, "its note types"), _type, "its note types", MOST_TYPES),
        decks=_by_id(_decoded(decks, "its decks"), _deck, "its decks", MOST_DECKS),
    )


def hour(value: object) -> int:
    """The hour at which days begin; what is no hour is Anki's own 4."""
    return value if type(value) is int and 0 <= value < 24 else ROLLOVER


def _decoded(data: str, what: str) -> Mapping[str, Any]:
    if sum(map(data.count, ",[{")) > MOST_VALUES:
        raise Refused(f"{what} hold more than {MOST_VALUES:,} values")
    try:
        return mapping(json.loads(data, parse_constant=_refuse_constant), what)
    except (ValueError, RecursionError):
        raise wrong(what) from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _by_id(
    values: Mapping[str, Any], make: Callable[[int, Mapping[str, Any]], T], what: str, most: int
) -> dict[int, T]:
    if len(values) > most:
        raise Refused(f"{what} are more than {most:,}")
    made: dict[int, T] = {}
    for key, value in values.items():
        value = mapping(value, what)
        number = _id(value.get("id", key), what)
        if number in made:
            raise Refused(f"{what} have one id twice: {number}")
        made[number] = make(number, value)
    return made


def _id(value: object, what: str) -> int:
    """Some programs write ids as text."""
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) < 20:
        return whole_number(int(value), what)
    return whole_number(value, what)


def _type(number: int, value: Mapping[str, Any]) -> AnkiType:
    name = _text(value, "name", None)
    what = f"the note type `{name}`"
    fields = [
        (_number(field, "ord", place), _field(field, what))
        for place, field in enumerate(listed(value.get("flds"), f"the fields of {what}", MOST_PARTS))
    ]
    templates = [
        (_number(template, "ord", place), _template(template, what))
        for place, template in enumerate(listed(value.get("tmpls"), f"the templates of {what}", MOST_PARTS))
    ]
    return AnkiType(
        id=number,
        name=name,
        cloze=_number(value, "type", 0) == 1,
        fields=_in_order(fields),
        templates=_in_order(templates),
        css=_text(value, "css"),
        mod=_number(value, "mod", 0),
        sort_field=_number(value, "sortf", 0),
        latex_pre=_text(value, "latexPre"),
        latex_post=_text(value, "latexPost"),
        latex_svg=bool(_number(value, "latexsvg", 0)),
        stock=_number(value, "originalStockKind", 0),
    )


def _field(value: object, what: str) -> AnkiField:
    field = mapping(value, what)
    return AnkiField(
        name=_text(field, "name", None),
        id=_own_id(field),
        rtl=_flag(field, "rtl"),
        sticky=_flag(field, "sticky"),
        font=_text(field, "font", "Arial"),
        size=_number(field, "size", 20),
        description=_text(field, "description"),
        plain_text=_flag(field, "plainText"),
        collapsed=_flag(field, "collapsed"),
        unsearched=_flag(field, "excludeFromSearch"),
        tag=None if field.get("tag") is None else _number(field, "tag", 0),
        kept=_flag(field, "preventDeletion"),
    )


def _template(value: object, what: str) -> AnkiTemplate:
    template = mapping(value, what)
    return AnkiTemplate(
        name=_text(template, "name", None),
        id=_own_id(template),
        front=_text(template, "qfmt"),
        back=_text(template, "afmt"),
        browser_front=_text(template, "bqfmt"),
        browser_back=_text(template, "bafmt"),
        browser_font=_text(template, "bfont"),
        browser_size=_number(template, "bsize", 0),
        deck=_number(template, "did", 0) or None,
    )


def _deck(number: int, value: Mapping[str, Any]) -> AnkiDeck:
    return AnkiDeck(number, _text(value, "name", None), _text(value, "desc"), bool(_number(value, "dyn", 0)))


def _in_order(parts: list[tuple[int, T]]) -> tuple[T, ...]:
    return tuple(part for _, part in sorted(parts, key=lambda pair: pair[0]))


def _own_id(value: Mapping[str, Any]) -> int | None:
    return None if value.get("id") is None else _id(value["id"], "an id")


def _text(value: Mapping[str, Any], key: str, default: str | None = "") -> str:
    """`default` None: it must be there."""
    held = value.get(key)
    return default if held is None and default is not None else text(held, f"`{key}` of a note type or deck")


def _number(value: object, key: str, default: int) -> int:
    what = f"`{key}` of a note type or deck"
    held = mapping(value, what).get(key)
    return default if held is None else whole_number(held, what)


def _flag(value: Mapping[str, Any], key: str) -> bool:
    return _number(value, key, 0) != 0
