"""The list of source files in docs/architecture.md, one line a file: `python docs/tree.py` writes it anew.

The line is the first sentence of the module's docstring; of a note type, its fields.
"""

import ast
import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
_PLACE = re.compile(r"(?<=<!-- files -->\n).*?(?=<!-- /files -->)", re.DOTALL)


def main() -> None:
    """Write the list into its place."""
    text = PAGE.read_text("utf-8")
    PAGE.write_text(_PLACE.sub(lambda _: f"```text\n{listing()}```\n", text), "utf-8")


def files() -> list[Path]:
    """The files that hold something: modules, SQL, note types, the style of cards."""
    found = [path for folder in ("srs", "export") for path in sorted((ROOT / folder).rglob("*"))]
    return [path for path in found if path.suffix in (".py", ".sql", ".yaml", ".css") and path.stat().st_size]


def listing() -> str:
    """One line a file, grouped by folder in the order of the floor plan."""
    order = [
        "srs/cli",
        "srs/importers",
        "srs/study",
        "srs/upkeep",
        "export",
        "srs/insight",
        "srs/collection",
        "srs/memory",
        "srs/cards",
        "srs",
    ]
    lines: list[str] = []
    for folder in order:
        inside = [path for path in files() if _group(path) == folder]
        names = [path.relative_to(ROOT).as_posix() for path in inside]
        wide = max(map(len, names))
        lines += [*(f"{name:<{wide}}  {about(path)}" for name, path in zip(names, inside, strict=True)), ""]
    return "\n".join(lines[:-1]) + "\n"


def about(path: Path) -> str:
    """What a file is, in one sentence."""
    text = path.read_text("utf-8")
    if path.suffix == ".sql":
        return text.splitlines()[0].removeprefix("-- ")
    if path.suffix == ".css":
        first = text.splitlines()[0]  # that of cards goes to Anki as it is, without a comment
        return first.strip("/* ") if first.startswith("/*") else "How cards look in Anki, by day and by night."
    if path.suffix == ".yaml":
        fields = re.findall(r"^  - \{name: (\w+)(?!.*(?:masked|opening|caveat):)", text, re.MULTILINE)
        return f"Note type: {', '.join(fields)}."
    first = (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0].replace("\n", " ")
    return textwrap.shorten(first, 400, placeholder=" …")


def _group(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return "srs" if len(parts) == 2 and parts[0] == "srs" else "/".join(parts[: 1 if parts[0] == "export" else 2])


if __name__ == "__main__":
    main()
