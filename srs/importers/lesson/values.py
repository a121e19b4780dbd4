"""What a lesson holds, as values: blocks to page through, drafts of notes, what was left over. Knows no text forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["paragraph", "heading", "code", "table", "list", "quote"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the source as it stands there, markup and all. Lines count from 1; two blocks may share one line.

    `level` is that of a heading, 1 to 6; else 0.
    """

    kind: BlockKind
    text: str
    first_line: int
    last_line: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A note that the lesson proposes. `fields` are keys of a note of that type, in the order to be written.

    `doubts` are whole sentences on what was guessed. `first_line` to `last_line` is where in the source it is from.
    """

    type: str
    fields: Mapping[str, str | list[str]]
    first_line: int
    last_line: int
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leftover:
    """Text of the source that is in no draft. `reason` is a clause: why not."""

    text: str
    first_line: int
    last_line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson as understood. `deck` and `tags` are what its front matter asks for; `deck` may be empty.

    Drafts and leftovers stand in the order of the source. Pictures in fields are named as they are there.
    """

    title: str
    blocks: tuple[Block, ...]
    drafts: tuple[Draft, ...]
    leftovers: tuple[Leftover, ...]
    deck: str = ""
    tags: tuple[str, ...] = ()
