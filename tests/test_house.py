"""Rules of the house that no other tool holds."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = (["", "work", ""], ["..", "shared"], ["", "tmp", "venv"])  # apart, so that this file holds none of them itself
HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry.npmjs" + ".org",
    "proxy.golang" + ".org",
    "conda" + ".anaconda",
)


def files() -> list[Path]:
    """The files of the repository: those that git knows or would take, or all of a copy without git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        hidden = re.compile(r"(^|/)(\.venv|\.git|\.[a-z_]+_cache|\.hypothesis|__pycache__|out|build|dist)(-anki)?(/|$)")
        listed = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
        listed = [name for name in listed if not hidden.search(name)]
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def modules() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


def product() -> list[Path]:
    return [path for path in modules() if path.relative_to(ROOT).parts[0] in ("srs", "export")]


def test_no_file_names_a_machine() -> None:
    """No file of the repository names a path of the machine it was written on, or a package registry's host."""
    words = ["/".join(part) for part in PARTS] + list(HOSTS)
    found = []
    for path in files():
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in words if word in text]
    assert not found


@pytest.mark.parametrize("path", product(), ids=lambda path: str(path.relative_to(ROOT)))
def test_module_says_what_is_in_it(path: Path) -> None:
    """A module of the product that holds anything begins with a docstring whose first line ends with a full stop."""
    tree = ast.parse(path.read_bytes())
    docstring = ast.get_docstring(tree)
    assert docstring or not tree.body
    if docstring:
        assert docstring.splitlines()[0].endswith(".")


@pytest.mark.parametrize(
    "path", [p for p in modules() if p.name.startswith("test_")], ids=lambda p: str(p.relative_to(ROOT))
)
def test_every_test_claims_something(path: Path) -> None:
    """A test's docstring is one claim: a sentence that ends with a full stop."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            docstring = ast.get_docstring(node)
            assert docstring, f"{node.name} claims nothing"
            assert docstring.endswith("."), f"{node.name}: the claim is no sentence"


def test_packages_have_an_init() -> None:
    """Every folder of the product with modules is a package, so that the wheel takes it."""
    folders = {path.parent for path in product()}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_architecture_names_every_module() -> None:
    """docs/architecture.md names every module of the product."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    missing = [str(path.relative_to(ROOT)) for path in product() if path.stem != "__init__" and path.name not in text]
    assert not missing


def test_readme_begins_with_two_commands() -> None:
    """The README shows `make review` and `make test` before anything else that is code."""
    text = (ROOT / "README.md").read_text("utf-8")
    first = re.search(r"```.*?\n(.*?)```", text, re.DOTALL)
    assert first
    assert first[1].index("make review") < first[1].index("make test")
