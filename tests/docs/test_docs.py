"""The documentation is true: its commands run, its decks read, and nothing that there is goes unmentioned."""

import ast
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
import typer.main

from srs.cards.builtin import builtin_types
from srs.cards.deck import read_deck
from srs.cards.typefile import read_notetype
from srs.cli import preferences
from srs.cli.app import COMMANDS, load
from srs.collection import settings
from tests.cli.helpers import Warm

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text("utf-8") for page in PAGES}
NOW = "2026-12-01T09:00:00Z"
MARK = "\x1e"

# Runs `srs` from this source tree, whatever is installed and wherever the reader has it.
PRELUDE = 'exec 2>&1\nsrs() { %s "$@"; }\ncd\n'


@dataclass(frozen=True)
class Block:
    """A fenced block: the words after its fence, its lines, and the line of the page that it starts on."""

    info: tuple[str, ...]
    lines: tuple[str, ...]
    line: int

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


@dataclass(frozen=True)
class Command:
    """A command of a `console run` block and what the page says it prints (None: the page does not say)."""

    text: str
    says: tuple[str, ...] | None
    line: int


def blocks(text: str, *languages: str) -> Iterator[Block]:
    """The fenced blocks of a page in these languages."""
    lines = text.splitlines()
    fence, start, info = "", 0, ()
    for number, line in enumerate(lines):
        match = re.match(r"\s*(`{3,})(.*)", line)
        if not fence and match:
            fence, start, info = match[1], number + 1, tuple(match[2].split())
        elif fence and line.strip() == fence:
            fence = ""
            if info and info[0] in languages:
                yield Block(info, tuple(lines[start:number]), start + 1)


def commands(text: str) -> list[Command]:
    """The commands of a page's runnable blocks, in order. After `$ `, lines that start with `> ` go on."""
    found: list[Command] = []
    for block in blocks(text, "console", "sh"):
        if "run" not in block.info:
            continue
        if block.info[0] == "sh":
            found.append(Command(block.text.rstrip("\n"), None, block.line))
            continue
        for number, line in enumerate(block.lines, block.line):
            if line.startswith("$ "):
                found.append(Command(line[2:], (), number))
            elif line.startswith("> ") and not found[-1].says:
                found[-1] = Command(f"{found[-1].text}\n{line[2:]}", (), found[-1].line)
            else:
                found[-1] = Command(found[-1].text, (*(found[-1].says or ()), line), found[-1].line)
    return found


def run(todo: list[Command], home: Path, warm: Warm) -> list[tuple[str, int]]:
    """Run a page's commands in one shell: what each printed, and its exit code."""
    cleared = ("SRS_", "XDG_", "PYTHONDONTWRITE", "NO_COLOR")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(cleared)}
    environ |= {
        "HOME": str(home), "SRS_CACHE_DIR": str(home / ".cache/srs"), "SRS_STATE_DIR": str(home / ".local/state/srs"),
        "SRS_NOW": NOW, "TZ": "UTC", "PYTHONPATH": str(ROOT), "EDITOR": "true",
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }  # fmt: skip
    init = "" if any(re.search(r"srs init( |$)", each.text) for each in todo) else "srs init >/dev/null\ncd srs\n"
    steps = [f"printf '{MARK}'\n{each.text}\nprintf '{MARK}%s' $?" for each in todo]
    script = PRELUDE % warm.command + init + "\n".join(steps)
    done = subprocess.run(
        ["sh", "-c", script], env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )
    parts = done.stdout.split(MARK)
    assert len(parts) == 2 * len(todo) + 1, done.stdout
    return list(zip(parts[1::2], map(int, parts[2::2]), strict=True))


def matches(said: tuple[str, ...], printed: str) -> bool:
    """Whether a page's output is the real one; `…` stands for any text, on a line of its own for any lines."""
    parts = [".*" if line.strip() == "…" else re.escape(line.rstrip()).replace("…", "[^\n]*") for line in said]
    pattern = "\n".join(parts)
    real = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern.strip("\n"), real, re.DOTALL) is not None


def script(name: str) -> ModuleType:
    """A script of the docs folder, as a module."""
    spec = spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", [name for name, text in TEXTS.items() if commands(text)])
def test_commands_do_what_the_page_says(page: str, tmp_path: Path, warm: Warm) -> None:
    """Every command marked `run` ends with exit 0 and prints what stands below it."""
    todo = commands(TEXTS[page])
    for command, (printed, code) in zip(todo, run(todo, tmp_path, warm), strict=True):
        assert code == 0, f"{page}:{command.line}: `{command.text}` ends with {code}:\n{printed}"
        if command.says:
            assert matches(command.says, printed), f"{page}:{command.line}: `{command.text}` prints:\n{printed}"


def test_deck_examples_are_right() -> None:
    """Every YAML example reads without a problem, except those marked `wrong`, which have one."""
    for page, text in TEXTS.items():
        for block in blocks(text, "yaml"):
            if block.text.startswith("notetype:"):
                problems = read_notetype("notetypes/x.yaml", block.text.encode())[1]
            else:
                deck = block.text if re.search(r"^\w+:", block.text, re.MULTILINE) else f"notes:\n{block.text}"
                problems = read_deck("decks/x.yaml", deck.encode(), _types()).problems
            told = f"{page}:{block.line}: {[str(problem) for problem in problems]}"
            assert bool(problems) == ("wrong" in block.info), told


def _types() -> dict[str, object]:
    """The built-in types and those that the pages make."""
    types = builtin_types()
    for text in TEXTS.values():
        for block in blocks(text, "yaml"):
            if block.text.startswith("notetype:"):
                found = read_notetype("notetypes/x.yaml", block.text.encode())[0]
                assert found
                types[found.name] = found
    return types


def test_settings_examples_are_right(tmp_path: Path) -> None:
    """Every TOML example is a srs.toml that can be read, or a user's own file where it says `config`."""
    (tmp_path / "srs").mkdir()
    for text in TEXTS.values():
        for block in blocks(text, "toml"):
            if "config" in block.info:
                (tmp_path / "srs/config.toml").write_text(block.text, "utf-8")
                preferences.preferences({"XDG_CONFIG_HOME": str(tmp_path)})
            else:
                (tmp_path / "srs.toml").write_text(block.text, "utf-8")
                settings.read_settings(tmp_path)


def test_every_command_and_option_is_documented() -> None:
    """Each command has a page that names it and all its options."""
    group = typer.main.get_command(load(COMMANDS))
    everything = "\n".join(TEXTS.values())
    for option in (name for each in group.params for name in each.opts if name.startswith("-")):
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", everything), f"{option} is in no page"
    for name, command in group.commands.items():
        options = [option for each in command.params for option in each.opts if option.startswith("-")]
        pages = [text for text in TEXTS.values() if re.search(rf"\bsrs {name}\b", text)]
        assert pages, f"srs {name} is in no page"
        missing = [[o for o in options if not re.search(rf"(?<![\w-]){re.escape(o)}(?![\w-])", text)] for text in pages]
        assert min(missing, key=len) == [], f"srs {name}: {min(missing, key=len)} is in no page beside it"


def test_no_page_names_a_command_that_is_not_there() -> None:
    """Whatever stands in code as `srs WORD` is a command, except in the lists of what is not there yet."""
    known = set(typer.main.get_command(load(COMMANDS)).commands)
    for page, text in TEXTS.items():
        told = re.sub(r"(?s)<!-- not yet -->.*?<!-- /not yet -->", "", text)
        named = set(re.findall(r"(?:`|^\$ )srs (?:-C \S+ )?([a-z]+)", told, re.MULTILINE))
        assert named <= known, f"{page}: {named - known}"


def test_every_setting_is_documented_with_its_default() -> None:
    """settings.md has a row for every key of srs.toml, with the default that holds."""
    defaults = settings.DeckSettings()
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", TEXTS["docs/settings.md"], re.MULTILINE))
    keys = {*settings._TOP, *settings._STUDY, *settings._FSRS, "format"}
    assert rows.keys() == keys
    for key in settings._STUDY.keys() | settings._FSRS.keys():
        written = tomllib.loads(f"value = {rows[key]}")["value"] if rows[key] != "none" else None
        taken = None if written is None else (settings._STUDY | settings._FSRS)[key].take(written)
        assert taken == getattr(defaults, key), key


def test_every_preference_is_documented_with_its_default() -> None:
    """preferences.md has a row for every key of config.toml and every action, with the default that holds."""
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", TEXTS["docs/preferences.md"], re.MULTILINE))
    told = {key: None if said == "none" else tomllib.loads(f"value = {said}")["value"] for key, said in rows.items()}
    keys = {key: list(keys) if len(keys) > 1 else keys[0] for key, keys in preferences.DEFAULT_KEYS.items()}
    there = preferences.Preferences()
    own = {key: getattr(there, key) for key in settings.PERSONAL if key != "keys"}
    assert told == {"format": preferences.FORMAT, **own, **keys}


def test_the_architecture_lists_every_file() -> None:
    """architecture.md has one line for each source file, and none for a file that is not there."""
    files = TEXTS["docs/architecture.md"].partition("<!-- files -->")[2]
    listed = set(re.findall(r"^((?:srs|export)/\S+) ", files, re.MULTILINE))
    there = {path.relative_to(ROOT).as_posix() for path in script("tree").files()}
    assert listed == there, f"run docs/tree.py: {sorted(listed ^ there)}"


def test_every_source_file_says_what_it_is() -> None:
    """Each module opens with a docstring, from which the architecture's line is made."""
    for path in script("tree").files():
        assert path.suffix != ".py" or ast.get_docstring(ast.parse(path.read_text("utf-8"))), path


def test_the_readme_names_make_targets() -> None:
    """The commands that the README starts with, and every other `make WORD` of the pages, are targets."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^(?:\$ )?)make ([a-z-]+)", "\n".join(TEXTS.values()), re.MULTILINE))
    assert {"review", "test"} <= named <= targets


def test_links_lead_somewhere() -> None:
    """Every relative link and picture of a page is a file, and every anchor a heading of it."""
    for page, text in TEXTS.items():
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"(?s)```.*?```|`[^`\n]*`", "", text)):
            if target.startswith(("http://", "https://", "mailto:")):
                continue
            path, _, anchor = target.partition("#")
            file = (ROOT / page).parent / path if path else ROOT / page
            assert file.exists(), f"{page}: {target}"
            if anchor:
                headings = re.findall(r"^#+ (.+)", file.read_text("utf-8"), re.MULTILINE)
                slugs = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
                assert anchor in slugs, f"{page}: {target}"


def test_the_pictures_are_of_today() -> None:
    """docs/screens holds what `srs review` paints now; after a change, make them anew with `make screens`."""
    for name, picture in script("screens").pictures().items():
        assert (ROOT / "docs/screens" / name).read_text("utf-8") == picture, f"{name}: run make screens"
