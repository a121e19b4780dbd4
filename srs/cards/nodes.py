"""The tree of a YAML file: texts, lists and mappings that know their place. Knows nothing of how YAML is written."""

from typing import Any, NamedTuple, TypeAlias

Position: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""


class Text(NamedTuple):
    """A scalar. `style` is how it was written: `""` plain, `'`, `"`, `|` or `>`. An empty value is the empty text."""

    value: str
    line: int
    column: int
    style: str


class Sequence(NamedTuple):
    """A list. `flow`: written in brackets. A list of items with dashes stands where its first dash does."""

    items: "list[Node]"
    line: int
    column: int
    flow: bool


class Mapping(NamedTuple):
    """Keys and values in written order.

    A key mostly stands where its mapping's first does, on the line its value begins on; `elsewhere` are the others.
    """

    values: "dict[str, Node]"
    elsewhere: dict[str, Position]
    line: int
    column: int
    flow: bool

    @property
    def keys(self) -> dict[str, Position]:
        """The position of each key."""
        return {key: self.elsewhere.get(key) or (node.line, self.column) for key, node in self.values.items()}


Node: TypeAlias = Text | Sequence | Mapping


def plain(node: Node | None) -> Any:
    """The tree without places: str, list and dict; None for None."""
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.values.items()}
    return None
