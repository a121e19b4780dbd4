"""The wheel: what is in it, and that it works where there is no clone."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as file:
        return file.namelist()


def test_top_level(names: list[str]) -> None:
    """The wheel's top level is the two packages and what belongs to the distribution."""
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if "srs_flashcards-" not in top} == {"srs", "export"}


def test_package_data(names: list[str]) -> None:
    """What is not Python is in the wheel too: the schema, the note types, the style, the starter decks."""
    data = [path for part in ("srs", "export") for path in (ROOT / part).rglob("*") if path.is_file()]
    wanted = [str(path.relative_to(ROOT)) for path in data if "__pycache__" not in path.parts]
    assert [name for name in wanted if name not in names] == []
    assert "srs/collection/schema.sql" in names
    assert "srs/cards/types/concept.yaml" in names
    assert "srs/cards/types/style.css" in names
    decks = {path.name for path in (ROOT / "decks" / "karpathy").glob("*.yaml")}
    assert decks <= {Path(name).name for name in names if ".data/data/share/srs/decks/" in name}


def test_nothing_else(names: list[str]) -> None:
    """No test, cache or journal is in the wheel."""
    assert not [
        name for name in names if any(word in name for word in ("tests/", "__pycache__", ".jsonl", ".pyc", "journal/"))
    ]


def test_works_without_a_clone(wheel: Path, tmp_path: Path) -> None:
    """Installed from the wheel, `srs` makes a collection, shows today, reviews and exports."""
    place = tmp_path / "venv"
    venv.create(place, symlinks=True, with_pip=False)
    bin_ = place / "bin"
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(bin_ / "python"),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*command, "--disable-pip-version-check", str(wheel)], check=True, capture_output=True)
    # The libraries are those of the interpreter at hand, without the clone that is installed there to be edited.
    libraries = Path(sysconfig.get_path("purelib"))
    (site,) = (place / "lib").glob("python*/site-packages")
    for each in libraries.iterdir():
        if (
            not each.name.startswith(("_srs_flashcards", "srs_flashcards", "__editable__"))
            and not (site / each.name).exists()
        ):
            (site / each.name).symlink_to(each)
    for each in site.iterdir():
        assert each.suffix != ".pth" or "srs" not in each.read_text()

    home = tmp_path / "home"
    home.mkdir()
    env = {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC", "SRS_NOW": "2026-03-02T09:00:00Z"}

    def srs(*words: str, lines: str = "") -> str:
        done = subprocess.run(
            [bin_ / "srs", *words], cwd=home, env=env, input=lines, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    where = [bin_ / "python", "-c", "import srs.cli.app, export; print(srs.__file__)"]
    assert str(site) in subprocess.run(where, cwd=home, env=env, capture_output=True, text=True, check=True).stdout
    assert srs("--version").startswith("srs ")
    srs("init")
    assert "10 new" in srs("status")
    assert "1 card answered: 1 good." in srs("review", lines="\n3\nq\n")
    assert "no problem" in srs("check")
    srs("add", "front?", "back")
    srs("export", "-o", "cards.apkg")
    assert zipfile.is_zipfile(home / "cards.apkg")
