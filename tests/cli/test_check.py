"""`srs check` and `srs schema`: what they print, in which form, and for which program."""

import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from srs.cli.annotations import annotation
from srs.errors import Problem
from tests.cli.helpers import Srs

ROOT = Path(__file__).parents[2]
BAD = "notes:\n  - q: x\n    b, 100%: c\n    a: y\n  - ask: x\n"


def unescaped(text: str) -> str:
    """What GitHub makes of an escaped value."""
    for sign, code in ((",", "2C"), (":", "3A"), ("\n", "0A"), ("\r", "0D"), ("%", "25")):
        text = text.replace(f"%{code}", sign)
    return text


def read_by_github(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command taken apart as GitHub's runner does it."""
    match = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
    assert match, line
    pairs = dict(pair.split("=", 1) for pair in match[2].split(","))
    return match[1], {name: unescaped(value) for name, value in pairs.items()}, unescaped(match[3])


def test_human_is_as_ever(srs: Srs) -> None:
    """Without --format, and with human, problems are sentences with their place and what mends them."""
    srs.deck("bad", BAD)
    done = srs("check")
    assert (done.code, done.err) == (1, "")
    assert "decks/bad.yaml:3:5: error: `b, 100%` is not a key of a note of type basic.\n" in done.out
    assert done.out.endswith("problems.\n")
    assert srs("check", "--format", "human") == done


def test_json_is_the_same_either_way(srs: Srs) -> None:
    """--format json is --json."""
    srs.deck("bad", BAD)
    assert srs("check", "--format", "json") == srs("check", "--json")
    assert srs("check", "--format", "json", "--json").code == 1


def test_two_forms_are_one_too_many(srs: Srs) -> None:
    """--json beside another form is a wrong command line, as is a form that is none, or --all alone."""
    for words in (["--json", "--format", "github"], ["--format", "xml"], ["--all"]):
        done = srs("check", *words)
        assert (done.code, done.out) == (2, ""), words


def test_github(srs: Srs) -> None:
    """With --format github each problem is one workflow command with all that is known of it, then comes a summary."""
    srs.deck("bad", BAD)
    done = srs("check", "--format", "github")
    *lines, summary = done.out.splitlines()
    listed = srs("check", "--json").json["problems"]
    assert (done.code, len(lines)) == (1, len(listed))
    for line, problem in zip(lines, listed, strict=True):
        command, told, text = read_by_github(line)
        assert command == problem["severity"]
        assert told == {
            "file": problem["path"], "line": str(problem["line"]), "col": str(problem["column"]),
            "title": problem["code"],
        }  # fmt: skip
        assert text == "\n".join(part for part in (problem["message"], problem["hint"]) if part)
    assert not summary.startswith("::")


def test_github_finds_the_file(srs: Srs) -> None:
    """In a workflow, paths are those of the repository, of which the collection may be a folder."""
    srs.deck("bad", BAD)

    def file(workspace: Path) -> str:
        done = srs("check", "--format", "github", env={"GITHUB_WORKSPACE": str(workspace)})
        return read_by_github(done.out.splitlines()[0])[1]["file"]

    assert file(srs.home) == "cards/decks/bad.yaml"
    assert file(srs.root) == "decks/bad.yaml"
    assert file(srs.home / "elsewhere") == "decks/bad.yaml"


@pytest.mark.parametrize(
    "text", ["100% of a: b, c", "one\ntwo\r\nthree", "::set-output name=x::y", "a\n::error::b", "%0A", "\x1b[2J\u2028"]
)
def test_a_command_is_one_line_that_cannot_be_forged(text: str) -> None:
    """Whatever a deck holds, an annotation is one command; GitHub reads what was meant, with controls made visible."""
    line = annotation(Problem(f"decks/{text}.yaml", 3, 5, "advice", "x", text, text), "a,b:c")
    assert line.isprintable()
    command, told, said = read_by_github(line)
    assert (command, told["line"], told["col"], told["title"]) == ("notice", "3", "5", "x")
    if "\r" not in text and "\x1b" not in text:
        assert (told["file"], said) == (f"a,b:c/decks/{text}.yaml", f"{text}\n{text}")


def test_quotes_are_compared(srs: Srs) -> None:
    """`check` tells of a quote whose words its text has otherwise, and ends with 1."""
    (srs.root / "sources").mkdir()
    (srs.root / "sources/talk.txt").write_text("Nothing.\n\nThe map is not the land that we walk through.\n")
    path = srs.root / "decks" / "q.yaml"
    path.write_text(
        "notes:\n  - quote: The map is not the territory that we walk through\n    by: A. K.\n"
        "    from: sources/talk.txt#L3\n    fidelity: verbatim\n"
    )
    done = srs("check")
    assert done.code == 1
    assert (
        "decks/q.yaml:2:5: warning: sources/talk.txt#L3 has it in other words:"
        " … not the [-territory-] {+land+} that we …\n" in done.out
    )
    path.write_text(path.read_text().replace("verbatim", "near"))
    assert srs("check").code == 0


def test_the_schemas_can_be_printed(srs: Srs) -> None:
    """`schema` prints that of decks, `--notetype` that of note types, as JSON."""
    assert srs("schema").json["title"] == "srs deck"
    assert srs("schema", "--notetype").json["title"] == "srs note type"


def test_the_schemas_are_written_once(srs: Srs) -> None:
    """`schema --write` puts both into the collection, with its own note types, and leaves them if they are of today."""
    kind = srs.root / "notetypes" / "own.yaml"
    kind.parent.mkdir()
    kind.write_text("notetype: own\nmarker: w\nfields: [{name: w}]\ntemplates: [{id: a, front: '{{w}}', back: x}]\n")
    assert srs("schema", "--write").out == "Wrote deck.schema.json and notetype.schema.json.\n"
    there = json.loads((srs.root / "deck.schema.json").read_text())
    assert there == srs("schema").json
    assert "type-own" in there["definitions"]
    assert srs("schema", "--write").out == "Both are of today.\n"


def test_a_collection_taken_along_has_its_own_types_in_its_schema(srs: Srs, tmp_path: Path) -> None:
    """`init --from` writes the schema with the note types that came along."""
    kind = srs.root / "notetypes" / "own.yaml"
    kind.parent.mkdir()
    kind.write_text("notetype: own\nmarker: w\nfields: [{name: w}]\ntemplates: [{id: a, front: '{{w}}', back: x}]\n")
    assert srs("init", str(tmp_path / "new"), "--from", str(srs.root)).code == 0
    assert "type-own" in json.loads((tmp_path / "new/deck.schema.json").read_text("utf-8"))["definitions"]


def modeline(path: Path) -> Path:
    """The file that a deck's first line names, as yaml-language-server finds it: from the deck's folder."""
    match = re.fullmatch(r"#\s+yaml-language-server\s*:\s*\$schema=(\S+)", path.read_text("utf-8").splitlines()[0])
    assert match, path
    return path.parent / match[1]


def test_files_that_are_written_name_a_schema_that_is_there(srs: Srs, tmp_path: Path) -> None:
    """Decks of `init` and `add` begin with the line that editors read, and the file which it names exists."""
    assert not (srs.root / "deck.schema.json").exists()
    for deck in ("A", "A::B::C"):
        assert srs("add", "front", "back", "--deck", deck, "--id", deck.lower().replace("::", "-")).code == 0
    assert srs("init", str(tmp_path / "new")).code == 0
    decks = [srs.root / "decks/A.yaml", srs.root / "decks/A/B/C.yaml", *(tmp_path / "new/decks").rglob("*.yaml")]
    assert len(decks) > 3
    for path in decks:
        assert json.loads(modeline(path).read_text("utf-8"))["title"] == "srs deck"


def test_a_schema_that_is_there_stays(srs: Srs) -> None:
    """Adding a deck file does not touch a schema that the user has."""
    (srs.root / "deck.schema.json").write_text("{}")
    assert srs("add", "front", "back", "--deck", "A").code == 0
    assert (srs.root / "deck.schema.json").read_text() == "{}"


def test_the_schema_of_this_repository_is_of_today(srs: Srs) -> None:
    """deck.schema.json beside the shipped decks is what `srs schema` prints."""
    assert json.loads((ROOT / "deck.schema.json").read_text("utf-8")) == srs("schema").json


HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
WHO = ["-c", "user.name=A", "-c", "user.email=a@example.org"]


def test_the_hooks_are_what_pre_commit_takes() -> None:
    """The definition has the keys that pre-commit needs, none that it does not know, and runs a command of ours."""
    known = {"id", "name", "description", "entry", "language", "files", "pass_filenames", "require_serial"}
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    for hook in HOOKS:
        assert {"id", "name", "entry", "language"} <= hook.keys() <= known
        assert hook["language"] == "python"
        assert shlex.split(hook["entry"])[0] in scripts


@pytest.mark.parametrize(
    ("path", "runs"),
    [
        ("decks/a.yaml", True), ("cards/decks/a/b.yml", True), ("notetypes/x.yaml", True), ("sources/talk.txt", True),
        ("srs.toml", True), ("README.md", False), ("journal/x.2026.jsonl", False), ("my-decks.txt", False),
    ],
)  # fmt: skip
def test_the_hook_runs_for_what_it_reads(path: str, runs: bool) -> None:
    """A commit that changes decks, note types, source texts or settings runs the hook, and no other."""
    (hook,) = HOOKS
    assert bool(re.search(hook["files"], path)) == runs


def test_the_hook_stops_a_commit(srs: Srs) -> None:
    """The entry, run by git before a commit as pre-commit runs it, lets good decks through and stops others."""
    (hook,) = HOOKS

    def git(*words: str) -> Any:
        command = ["git", *WHO, *words]
        return subprocess.run(command, cwd=srs.root, env=srs.env, capture_output=True, text=True, check=False)

    assert git("init", "-q").returncode == 0
    script = srs.root / ".git/hooks/pre-commit"
    script.write_text(f"#!/bin/sh\nPRE_COMMIT=1 exec {hook['entry']} {shlex.join(hook.get('args', []))}\n")
    script.chmod(0o755)
    git("add", ".")
    assert git("commit", "-qm", "good").returncode == 0
    srs.deck("bad", BAD)
    git("add", ".")
    stopped = git("commit", "-qm", "bad")
    assert stopped.returncode == 1
    assert "decks/bad.yaml:3:5" in stopped.stdout + stopped.stderr
    assert git("log", "--format=%s").stdout == "good\n"
