import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from export.notetypes import SPARES, model_json, shape_of, type_hash
from srs.cards.builtin import builtin_types
from srs.cards.notetype import Field, NoteType, Template

FROZEN = Path(__file__).with_name("data") / "frozen_types.json"


def frozen_form(kind: NoteType) -> dict[str, Any]:
    shape = shape_of(kind)
    return {
        "id": shape.id,
        "name": shape.name,
        "cloze": shape.cloze,
        "sort_field": shape.sort_field,
        "fields": [list(field) for field in shape.fields],
        "templates": [[name, number] for name, number, _, _ in shape.templates],
    }


def test_built_in_types_are_what_they_were() -> None:
    """Ids, names and order of types, fields and templates never change: Anki would make a second type "X+" of it.

    A new type is added to the data file; a new field takes a spare's place with the spare's id.
    """
    frozen = json.loads(FROZEN.read_text())
    assert {name: frozen_form(kind) for name, kind in builtin_types().items()} == frozen


def test_ids_are_unique_and_survive_json() -> None:
    """No two fields or templates of a type share an id, no two types do, and all fit a double."""
    shapes = [shape_of(kind) for kind in builtin_types().values()]
    assert len({shape.id for shape in shapes}) == len({shape.name for shape in shapes}) == len(shapes)
    for shape in shapes:
        numbers = [number for _, number in shape.fields] + [number for _, number, _, _ in shape.templates]
        assert len(set(numbers)) == len(numbers)
        assert all(number is not None and 0 < number < 2**53 for number in numbers)


def test_fields_are_the_types_own_then_gates_then_spares() -> None:
    """A card type's gates stand between its fields and the spares; a cloze type needs none."""
    types = builtin_types()
    names = [name for name, _ in shape_of(types["both"]).fields]
    assert names == ["term", "means", "source", "card_forward", "card_backward", *SPARES]
    assert [name for name, _ in shape_of(types["cloze"]).fields] == ["cloze", "extra", "source", *SPARES]


def test_a_later_field_takes_the_place_of_a_spare() -> None:
    """A field that names a spare's id stands where the spare stood: ids and their order are as before."""
    kind = builtin_types()["basic"]
    before = shape_of(kind)
    spare = dict(before.fields)["spare1"]
    assert spare is not None
    after = shape_of(replace(kind, fields=(*kind.fields, Field("why", "markdown", False, (), None, spare))))
    assert [number for _, number in after.fields] == [number for _, number in before.fields]
    assert dict(after.fields)["why"] == spare
    assert after.unseen == ("card_answer", "spare2", "spare3", "spare4")


def test_each_front_stands_behind_its_gate() -> None:
    """A card is there in Anki exactly if the note says so, whatever its fields hold."""
    for kind in builtin_types().values():
        for template, (_, _, front, _) in zip(kind.templates, shape_of(kind).templates, strict=True):
            gate = f"card_{template.id}"
            assert kind.cloze or (front.startswith(f"{{{{#{gate}}}}}") and front.endswith(f"{{{{/{gate}}}}}"))


def test_every_type_has_a_dark_side() -> None:
    """The styling knows Anki's night mode."""
    assert all(".nightMode" in shape_of(kind).css for kind in builtin_types().values())


def test_a_foreign_type_goes_out_as_it_is() -> None:
    """No gate, no spare, no id that was not there: only what Anki gave."""
    fields = (Field("Front", "html", False, (), None, 7), Field("card_x", "html", False, (), None, 0))
    templates = (Template("Card 1", "Card 1", "{{Front}}", "{{FrontSide}}", True, 0),)
    shape = shape_of(NoteType("Basic", None, False, fields, templates, ".card {}", 123, "Basic", True))
    assert shape.fields == (("Front", 7), ("card_x", None))
    assert shape.templates == (("Card 1", None, "{{Front}}", "{{FrontSide}}"),)
    model = model_json(shape, 5)
    assert (model["id"], model["name"], model["css"], model["mod"]) == ("123", "Basic", ".card {}", 5)
    assert ["id" in field for field in model["flds"]] == [True, False]
    assert not any(field["collapsed"] for field in model["flds"])


def test_the_type_hash_sees_text_style_and_shape() -> None:
    """What would make Anki's copy stale changes the hash."""
    kind = builtin_types()["basic"]
    template = replace(kind.templates[0], back="{{a}}!")
    changed = [replace(kind, css="x"), replace(kind, templates=(template,)), replace(kind, anki_name="y")]
    assert len({type_hash(each) for each in [kind, *changed]}) == 4
    assert type_hash(kind) == type_hash(replace(kind))
