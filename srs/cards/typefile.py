"""Note type files: YAML to NoteType and back, yours beside those built in. Knows nothing of notes or collections.

notetype: recipe              the name that `type:` and messages use
marker: dish                  the field whose key in a deck names the type
cloze: true                   one card for each cloze number (optional)
foreign: true                 from elsewhere: HTML fields, templates and css untouched, named by `type:` (optional)
anki: {name: …, id: …}        what it is called in packages (optional; ids are frozen once given); and what else Anki
                              keeps of it: sort_field, latex_pre, latex_post, latex_svg, stock
fields:
  - {name: dish, required: true}
  - {name: rating, kind: choice, choices: [good, bad]}
  - {name: town, ignore: [case, accents]}     what does not count where it is typed (optional)
  - {name: side, anki: {id: …, rtl: true}}    Anki's id, and how its editor treats the field: rtl, sticky, font, size,
                                              description, plain_text, collapsed, unsearched, tag, kept
templates:
  - id: cook
    name: Cook                shown by Anki (optional)
    default: false            only made where `cards:` asks for it (optional)
    anki: …                   Anki's id; or that and browser_front, browser_back, browser_font, browser_size, deck
    front: …                  Anki's mustache
    back: …
css: …                        added to the common style (optional)
format: 1                     of this file (optional; 1 where it is left out)
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast, get_args

from srs.cards import template, tree
from srs.cards.builtin import common_css
from srs.cards.deck import NO_CONTROLS, NO_FORMAT, NOTE_KEYS, is_format, newer_format
from srs.cards.identity import ID_RULE, LONGEST_ID
from srs.cards.notetype import (
    Derivation,
    Derived,
    Field,
    FieldInAnki,
    FieldKind,
    Ignored,
    NoteType,
    NoteTypes,
    Template,
    TemplateInAnki,
    TypeInAnki,
    gates,
)
from srs.cards.yamlwords import control_character
from srs.errors import Problem, Severity, sentence

_TYPE_KEYS = ("notetype", "marker", "cloze", "foreign", "anki", "fields", "templates", "css", "format")
_FIELD_KEYS = ("name", "kind", "required", "choices", "masked", "using", "opening", "caveat", "ignore", "anki")
_TEMPLATE_KEYS = ("id", "name", "front", "back", "default", "anki")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TEMPLATE_ID = re.compile(rf"(?!p-|c[0-9]+$)[a-z0-9._-]{{1,{LONGEST_ID}}}")
_ANKI_ID = re.compile(r"-?[0-9]{1,19}")
_Found = TypeVar("_Found")
_InAnki = TypeVar("_InAnki", FieldInAnki, TemplateInAnki, TypeInAnki)


def read_notetype(path: str, data: bytes) -> tuple[NoteType | None, tuple[Problem, ...]]:
    """The type a file describes, or None where it describes none, and every problem found in it."""
    parsed = tree.parse(path, data)
    reader = _Reader(path, list(parsed.problems))
    found = reader.notetype(parsed.root) if parsed.readable else None
    broken = any(problem.severity == "error" for problem in reader.problems)
    return (None if broken else found), tuple(reader.problems)


def with_own(types: NoteTypes, own: Iterable[tuple[str, NoteType]]) -> tuple[dict[str, NoteType], tuple[Problem, ...]]:
    """`types` and the collection's own, each with its path. One whose name or marker is taken is left out."""
    merged = dict(types)
    markers = {each.marker: each.name for each in merged.values() if each.marker is not None}
    problems = []
    for path, each in own:
        if each.name in merged:
            problems.append(_error(path, 1, 1, "type-name-taken", f"There is a note type `{each.name}` already.", ""))
        elif each.marker in markers:
            message = f"The key `{each.marker}` already names notes of the type `{markers[each.marker]}`."
            problems.append(_error(path, 1, 1, "marker-taken", message, "Choose another marker field."))
        else:
            merged[each.name] = each
            if each.marker is not None:
                markers[each.marker] = each.name
    return merged, tuple(problems)


def _error(path: str, line: int, column: int, code: str, message: str, hint: str) -> Problem:
    return Problem(path, line, column, "error", code, message, hint)


class _Reader:
    """Reads one file; keeps the problems met on the way."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        self._path = path
        self.problems = problems
        self._foreign = False

    def notetype(self, root: tree.Node | None) -> NoteType | None:
        if not isinstance(root, tree.Mapping):
            at = root or tree.Text("", 1, 1, "")
            self._complain(at, "not-a-type", "A note type file holds keys: `notetype`, `fields`, `templates`.")
            return None
        if newer := newer_format(self._path, root):
            self.problems[:] = [newer]  # whatever else seems wrong in it may be right in its format
            return None
        self._check_keys(root, _TYPE_KEYS)
        written = root.values.get("format")
        if written is not None and not is_format(written):
            self._complain(written, "unknown-format", *NO_FORMAT)
        self._foreign = self._flag(root, "foreign", False)
        name = self._text(root, "notetype")
        anki = root.values.get("anki")
        if not isinstance(anki, tree.Mapping):
            if anki is not None:
                self._complain(anki, "not-keys", "`anki` is a set of keys, like `{name: …, id: …}`.")
            anki = tree.Mapping({}, {}, root.line, root.column, False)
        in_anki = self._in_anki(anki, TypeInAnki(), ("name", "id"))
        css = self._text(root, "css", "")
        found = NoteType(
            name=name,
            marker=self._text(root, "marker", "") or None,
            cloze=self._flag(root, "cloze", False),
            fields=self._named(root, "fields", self._field, lambda field: field.name),
            templates=self._named(root, "templates", self._template, lambda each: each.id),
            css=css if self._foreign else common_css() + css,
            anki_id=self._anki_id(anki, "id"),
            anki_name=self._text(anki, "name", name),
            foreign=self._foreign,
            in_anki=in_anki,
        )
        self._check_fields(root, found)
        self._check_templates(root, found)
        return found

    def _field(self, node: tree.Mapping) -> Field:
        self._check_keys(node, _FIELD_KEYS)
        name, at = self._text(node, "name"), self._at(node, "name")
        if name and not self._foreign and not _FIELD_NAME.fullmatch(name):
            self._complain(at, "bad-field-name", f"A field cannot be called `{name}`.")
        elif not self._foreign and (name in NOTE_KEYS or name.startswith("card_")):
            self._complain(at, "bad-field-name", f"`{name}` has a meaning of its own in every note.")
        derived = self._derived(node)
        kind = self._text(node, "kind", "html" if self._foreign else "text" if derived else "markdown")
        if kind not in get_args(FieldKind):
            hint = f"It is one of {', '.join(get_args(FieldKind))}."
            self._complain(self._at(node, "kind"), "bad-kind", f"There is no kind `{kind}` of field.", hint)
        choices = self._texts(node, "choices")
        if kind == "choice" and not choices:
            message = f"The field `{name}` has nothing to choose from."
            self._complain(node, "no-choices", message, "Give it `choices: [a, b]`.")
        required = self._flag(node, "required", False)
        ignore = self._texts(node, "ignore")
        for each in ignore:
            if each not in get_args(Ignored):
                hint = f"It is one of {', '.join(get_args(Ignored))}."
                self._complain(self._at(node, "ignore"), "bad-ignore", f"`{each}` cannot be ignored.", hint)
        number, in_anki = self._of_anki(node, FieldInAnki())
        ignored = cast(tuple[Ignored, ...], ignore)
        return Field(name, cast(FieldKind, kind), required, choices, derived, number, ignored, in_anki)

    def _derived(self, node: tree.Mapping) -> Derived | None:
        ways = [by for by in get_args(Derivation) if by in node.values]
        if len(ways) > 1:
            message = f"A field is made in one way, and this one says `{ways[0]}` and `{ways[1]}`."
            self._complain(self._at(node, ways[1]), "two-ways", message)
        if not ways and "using" in node.values:
            message = "`using` goes with `masked`, and this field has none."
            self._complain(self._at(node, "using"), "unused-key", message)
        return Derived(ways[0], self._text(node, ways[0]), self._text(node, "using", "") or None) if ways else None

    def _template(self, node: tree.Mapping) -> Template:
        self._check_keys(node, _TEMPLATE_KEYS)
        ident = self._text(node, "id")
        if ident and not _TEMPLATE_ID.fullmatch(ident):
            hint = f"{sentence(ID_RULE)} `c1` and `p-…` are the cards of clozes and prompts."
            message = f"A template cannot have the id `{tree.shown(ident)}`."
            self._complain(self._at(node, "id"), "bad-template-id", message, hint)
        number, in_anki = self._of_anki(node, TemplateInAnki())
        return Template(
            id=ident,
            name=self._text(node, "name", ident),
            front=self._text(node, "front", "" if self._foreign else None),
            back=self._text(node, "back", "" if self._foreign else None),
            default=self._flag(node, "default", True),
            anki_id=number,
            in_anki=in_anki,
        )

    def _of_anki(self, node: tree.Mapping, usual: _InAnki) -> tuple[int, _InAnki]:
        """Anki's id, and what else the key `anki` says: it holds the id alone, or keys."""
        anki = node.values.get("anki")
        if isinstance(anki, tree.Mapping):
            return self._anki_id(anki, "id"), self._in_anki(anki, usual, ("id",))
        return self._anki_id(node, "anki"), usual

    def _in_anki(self, node: tree.Mapping, usual: _InAnki, beside: tuple[str, ...]) -> _InAnki:
        kept: dict[str, object] = {each.name: getattr(usual, each.name) for each in dataclasses.fields(usual)}
        self._check_keys(node, (*kept, *beside))
        said: dict[str, Any] = {}
        for name, value in kept.items():
            if name not in node.values:
                continue
            if isinstance(value, bool):
                said[name] = self._flag(node, name, value)
            elif isinstance(value, int) or name == "tag":
                said[name] = self._anki_id(node, name)
            else:
                said[name] = self._text(node, name, "")
        return dataclasses.replace(usual, **said)

    def _check_fields(self, root: tree.Mapping, found: NoteType) -> None:
        names = {field.name for field in found.fields}
        if found.in_anki.sort_field not in ("", *names):
            message = f"`{tree.shown(found.in_anki.sort_field)}` is none of the fields."
            self._complain(self._at(root, "anki"), "unknown-field", message)
        if found.marker is not None and found.marker not in names:
            self._complain(self._at(root, "marker"), "no-marker", f"The marker `{found.marker}` is none of the fields.")
        for field in found.fields:
            sources = (field.derived.of, field.derived.using) if field.derived else ()
            for name in sources:
                if name is not None and name not in names:
                    message = f"`{field.name}` is made from `{name}`, which is none of the fields."
                    self._complain(self._at(root, "fields"), "unknown-field", message)

    def _check_templates(self, root: tree.Mapping, found: NoteType) -> None:
        names = {field.name for field in found.fields} | {*gates(found)}
        nodes = root.values.get("templates")
        items = nodes.items if isinstance(nodes, tree.Sequence) else []
        mappings = [item for item in items if isinstance(item, tree.Mapping)]
        for each, node in zip(found.templates, mappings, strict=False):
            front = template.parse(each.front)
            for side, parsed in (("front", front), ("back", template.parse(each.back))):
                for message in template.problems(parsed, names):
                    # A package may hold templates that Anki itself complains about; its notes must still come in.
                    severity: Severity = "warning" if found.foreign else "error"
                    at = self._at(node, side)
                    text = f"In the {side} of `{each.id}`: {message}."
                    self.problems.append(Problem(self._path, at.line, at.column, severity, "bad-template", text))
            if not template.has_content(front, (names - {*gates(found)}) | template.SPECIAL) and not found.foreign:
                message = f"The front of `{each.id}` shows no field, so it would never make a card."
                self._complain(self._at(node, "front"), "empty-template", message)
            if found.cloze and not template.cloze_names(front) and not found.foreign:
                message = f"The front of `{each.id}` needs a field with `cloze:`, like `{{{{cloze:text}}}}`."
                self._complain(self._at(node, "front"), "no-cloze", message)

    def _named(
        self, root: tree.Mapping, key: str, read: Callable[[tree.Mapping], _Found], name_of: Callable[[_Found], str]
    ) -> tuple[_Found, ...]:
        node = root.values.get(key)
        if not isinstance(node, tree.Sequence) or not node.items:
            self._complain(self._at(root, key), f"no-{key}", f"A note type needs a list of `{key}`.")
            return ()
        found: dict[str, _Found] = {}
        for item in node.items:
            if not isinstance(item, tree.Mapping):
                self._complain(item, "not-keys", f"Each of the `{key}` is a set of keys, like `name: …`.")
                continue
            each = read(item)
            if name_of(each) in found:
                self._complain(item, "duplicate-name", f"`{name_of(each)}` is there twice among the `{key}`.")
            found[name_of(each)] = each
        return tuple(found.values())

    def _text(self, node: tree.Mapping, key: str, default: str | None = None) -> str:
        value = node.values.get(key)
        if isinstance(value, tree.Text) and (value.value or default is not None):
            if not self._foreign and value.style == '"' and (control := control_character(value.value)):
                self._complain(value, "control-character", f"The escape stands for {control[1]}.", NO_CONTROLS)
            return value.value
        if value is not None or default is None:
            message = f"`{key}` must be a text." if value is not None else f"`{key}` is missing."
            self._complain(self._at(node, key), "no-text", message)
        return default or ""

    def _texts(self, node: tree.Mapping, key: str) -> tuple[str, ...]:
        value = node.values.get(key)
        if value is None:
            return ()
        items = value.items if isinstance(value, tree.Sequence) else []
        texts = tuple(item.value for item in items if isinstance(item, tree.Text) and item.value)
        if not texts or len(texts) < len(items):
            self._complain(self._at(node, key), "no-list", f"`{key}` must be a list of texts.")
        return texts

    def _flag(self, node: tree.Mapping, key: str, default: bool) -> bool:
        value = self._text(node, key, "true" if default else "false")
        if value not in ("true", "false"):
            self._complain(self._at(node, key), "no-flag", f"`{key}` must be `true` or `false`.")
        return value == "true"

    def _anki_id(self, node: tree.Mapping, key: str) -> int:
        value = self._text(node, key, "0")
        if not _ANKI_ID.fullmatch(value):
            self._complain(self._at(node, key), "bad-number", f"`{key}` must be a whole number.")
            return 0
        return int(value)

    def _check_keys(self, node: tree.Mapping, known: tuple[str, ...]) -> None:
        for key, (line, column) in node.keys.items():
            if key not in known:
                import difflib

                near = difflib.get_close_matches(key, known, 1)
                hint = f"Did you mean `{near[0]}`?" if near else f"The keys here are {', '.join(known)}."
                message = f"There is no key `{key}` here."
                self.problems.append(_error(self._path, line, column, "unknown-key", message, hint))

    def _at(self, node: tree.Mapping, key: str) -> tree.Node:
        """Where a key's value stands, or the node where the key is missing."""
        return node.values.get(key, node)

    def _complain(self, at: tree.Node, code: str, message: str, hint: str = "") -> None:
        self.problems.append(_error(self._path, at.line, at.column, code, message, hint))


def to_yaml(notetype: NoteType) -> str:
    """A file that `read_notetype` reads as the same type, for types that come in from elsewhere. No lone surrogates."""
    from srs.cards.exact import exact, one_line

    anki = {"name": one_line(notetype.anki_name)} | _said(notetype.anki_id, notetype.in_anki, TypeInAnki(), 2)
    lines = [f"notetype: {exact(notetype.name, 0)}", "anki:", *(f"  {key}: {value}" for key, value in anki.items())]
    if notetype.marker is not None:
        lines.append(f"marker: {notetype.marker}")
    lines += [f"{key}: true" for key in ("cloze", "foreign") if getattr(notetype, key)]
    lines.append("fields:")
    lines += [f"  - {{{', '.join(_field_keys(field, notetype.foreign))}}}" for field in notetype.fields]
    lines.append("templates:")
    for each in notetype.templates:
        lines += [f"  - id: {each.id}", f"    name: {one_line(each.name)}"]
        kept = _said(each.anki_id, each.in_anki, TemplateInAnki(), 6)
        if len(kept) > 1:
            lines += ["    anki:", *(f"      {key}: {value}" for key, value in kept.items())]
        else:
            lines += [f"    anki: {each.anki_id}"]
        lines += [] if each.default else ["    default: false"]
        lines += [f"    front: {exact(each.front, 4)}", f"    back: {exact(each.back, 4)}"]
    css = notetype.css if notetype.foreign else notetype.css.removeprefix(common_css())
    return "\n".join([*lines, f"css: {exact(css, 0)}"]) + "\n"


def _field_keys(field: Field, foreign: bool) -> list[str]:
    from srs.cards.exact import one_line

    kept = _said(field.anki_id, field.in_anki, FieldInAnki(), None)
    inner = ", ".join(f"{key}: {value}" for key, value in kept.items())
    keys: Mapping[str, str] = {
        "name": one_line(field.name),
        "kind": "" if field.kind == ("html" if foreign else "markdown") else field.kind,
        "required": "true" if field.required else "",
        "choices": f"[{', '.join(map(one_line, field.choices))}]" if field.choices else "",
        "ignore": f"[{', '.join(field.ignore)}]" if field.ignore else "",
        "anki": f"{{{inner}}}" if len(kept) > 1 else str(field.anki_id),
    }
    written = [f"{key}: {value}" for key, value in keys.items() if value]
    if field.derived is not None:
        written += [f"{field.derived.by}: {field.derived.of}"]
        written += [f"using: {field.derived.using}"] if field.derived.using else []
    return written


def _said(number: int, kept: _InAnki, usual: _InAnki, indentation: int | None) -> dict[str, str]:
    """The keys under `anki:` as YAML: the id, and what is not as usual. `indentation` None: on one line."""
    from srs.cards.exact import exact, one_line

    said = {"id": str(number)}
    for name in (each.name for each in dataclasses.fields(kept)):
        value = getattr(kept, name)
        if value == getattr(usual, name):
            continue
        if isinstance(value, str):
            said[name] = one_line(value) if indentation is None else exact(value, indentation)
        else:
            said[name] = str(value).lower()
    return said
