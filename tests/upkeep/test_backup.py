"""Backups: what goes in comes out, byte for byte, and what is not a backup of ours does no harm."""

import json
import os
import shutil
import stat
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srs.cli.context import zone_of
from srs.collection.elsewhere import owner
from srs.collection.files import locked
from srs.collection.locations import private_journal_folder
from srs.errors import SrsError
from srs.memory.events import Suspend, encode, header_line, new_id
from srs.upkeep.archive import DENSE, FOLDERS, MANIFEST, PRIVATE, TOO_DEEP, BadBackup
from srs.upkeep.backup import Report, back_up, default_target
from srs.upkeep.restore import restore
from tests.support import basic_deck, make_collection, moment, open_collection, times

MADE = "2026-12-01T11:00:00.000Z"


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder: its name and its bytes, hidden ones included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rounded(value: Any) -> Any:
    """JSON values with their fractions to nine places, as far as two ways of folding agree."""
    return json.loads(json.dumps(value), parse_float=lambda text: round(float(text), 9))


def made(tmp_path: Path, name: str = "x.srs.zip", **decks: str) -> tuple[Path, Path, dict[str, str]]:
    """A collection with these decks and an answer, a backup of it, and the environment of both."""
    decks = {f"{deck}.yaml": text for deck, text in decks.items()}
    root, environ = make_collection(tmp_path, decks or {"a.yaml": basic_deck("one", "two")})
    collection = open_collection(root, environ)
    collection.answer(next(collection.cards(moment())).id, 3, moment(), 1000)
    collection.db.close()
    file = tmp_path / name
    back_up(root, environ, file, MADE)
    return root, file, environ


def rewritten(file: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """The archive with its files and its manifest changed, packed again by a plain zip program."""
    with zipfile.ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop(MANIFEST))
    change(files, manifest)
    other = file.with_name("other.zip")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(MANIFEST, json.dumps(manifest))
    return other


def refused(file: Path, tmp_path: Path, environ: dict[str, str]) -> str:
    """The words with which an archive is refused; nothing is left of the attempt."""
    before = set(contents(tmp_path))
    with pytest.raises(SrsError) as caught:
        restore(file, tmp_path / "new", environ)
    assert set(contents(tmp_path)) == before
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".*"))
    assert caught.value.hint
    return caught.value.message


def add_file(path: str, data: bytes = b"x", entry: str = "") -> Callable[[dict[str, bytes], dict[str, Any]], None]:
    """A change: one more file, which the manifest knows."""
    from hashlib import sha256

    def change(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        files[entry or path] = data
        row = {"path": path, "size": len(data), "sha256": sha256(data).hexdigest()}
        manifest["files"].append(row | ({"entry": entry} if entry else {}))

    return change


def test_the_collection_comes_back(tmp_path):
    """Every file of the collection is in the restored one, and nothing else."""
    root, file, environ = made(tmp_path)
    for name in ("notetypes/x.yaml", "media/deep/a.png", "sources/b.md", ".gitattributes", ".gitignore"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    back_up(root, environ, file, MADE, force=True)
    restore(file, tmp_path / "new", environ)
    assert contents(tmp_path / "new") == contents(root)


def test_the_restored_collection_says_the_same(tmp_path):
    """Cards, states, places and events of the restored collection are those of the original."""
    root, file, environ = made(tmp_path)
    restore(file, tmp_path / "new", environ)
    old, new = open_collection(root, environ), open_collection(tmp_path / "new", environ)
    assert rounded([card.as_json() for card in new.cards(moment())]) == rounded(
        [card.as_json() for card in old.cards(moment())]
    )
    assert new.events_json("one:answer") == old.events_json("one:answer") != []


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="/\0") | st.sampled_from("aAéÉßſ\\: .*\n\u202e\ufeff\udcff\udc80"),
    min_size=1,
    max_size=12,
).filter(lambda name: name not in (".", "..") and name.lower() != ".git" and len(os.fsencode(name)) < 200)


TOPS = [name for name in FOLDERS if name != PRIVATE]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=times(40))
@given(
    tree=st.dictionaries(
        st.tuples(st.sampled_from(TOPS), st.lists(NAMES, max_size=2).map("/".join), NAMES),
        st.binary(max_size=40) | st.integers(1, 300_000).map(bytes),
        max_size=8,
    )
)  # fmt: skip
def test_any_tree_comes_back(tmp_path_factory, tree):
    """Whatever the files are called and hold, each comes back under its name."""
    tmp_path = tmp_path_factory.mktemp("tree")
    root, environ = make_collection(tmp_path)
    for (top, between, name), data in tree.items():
        path = root / top / between / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            pass  # another one of these names is in the way
    report = back_up(root, environ, tmp_path / "x.zip", MADE)
    restore(tmp_path / "x.zip", tmp_path / "new", environ)
    assert report.manifest.left_out == ()
    assert contents(tmp_path / "new") == contents(root)
    shutil.rmtree(tmp_path)


def test_same_content_same_bytes(tmp_path):
    """Two backups differ only in the manifest's time, wherever the collection stands and whenever it was written."""
    root, file, environ = made(tmp_path)
    shutil.copytree(root, tmp_path / "elsewhere")
    for path in (tmp_path / "elsewhere").rglob("*"):
        os.utime(path, (1, 1))
    back_up(tmp_path / "elsewhere", environ, tmp_path / "y.zip", MADE)
    assert (tmp_path / "y.zip").read_bytes() == file.read_bytes()
    back_up(root, environ, tmp_path / "z.zip", "2026-12-02T11:00:00.000Z")
    one, two = zipfile.ZipFile(file), zipfile.ZipFile(tmp_path / "z.zip")
    assert [name for name in one.namelist() if one.read(name) != two.read(name)] == [MANIFEST]


def test_the_manifest_says_what_is_in_it(tmp_path):
    """The manifest has a format, the time, the version and the counts, and stands last."""
    archive = zipfile.ZipFile(made(tmp_path)[1])
    manifest = json.loads(archive.read(MANIFEST))
    assert (manifest["format"], manifest["made"], manifest["left_out"]) == (1, MADE, [])
    assert (manifest["counts"]["decks"], manifest["counts"]["journal"], manifest["counts"]["files"]) == (1, 1, 3)
    assert archive.namelist()[-1] == MANIFEST
    assert manifest["srs"]


def test_a_private_journal_goes_along(tmp_path):
    """The journal of a collection that keeps it apart is in the backup and counts again when restored."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")}, 'journal = "private"\ntimezone = "UTC"\n')
    open_collection(root, environ).answer("one:answer", 3, moment(), None)
    back_up(root, environ, tmp_path / "x.zip", MADE)
    restored = restore(tmp_path / "x.zip", tmp_path / "new", environ)
    new = open_collection(tmp_path / "new", environ)
    assert restored.private == private_journal_folder(tmp_path / "new", environ) == new.journal_folder
    assert new.events_json("one:answer") == open_collection(root, environ).events_json("one:answer")
    assert new.state("one:answer").reps == 1
    assert not (tmp_path / "new" / "journal").exists()


def test_a_journal_that_does_not_count_stays_apart(tmp_path):
    """Of two journals each is restored to its place, and that counts which counted before."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")}, 'journal = "here"\ntimezone = "UTC"\n')
    open_collection(root, environ).answer("one:answer", 3, moment(), None)
    (root / "srs.toml").write_text('journal = "private"\ntimezone = "UTC"\n')
    open_collection(root, environ).answer("one:answer", 1, moment() + 1, None)
    manifest = back_up(root, environ, tmp_path / "x.zip", MADE).manifest
    assert (manifest.counts()["journal"], manifest.counts()["private-journal"]) == (1, 1)
    restore(tmp_path / "x.zip", tmp_path / "new", environ)
    new = open_collection(tmp_path / "new", environ)
    assert new.events_json("one:answer") == open_collection(root, environ).events_json("one:answer")
    assert [problem.code for problem in new.problems()] == ["journal-elsewhere"]
    assert owner(private_journal_folder(tmp_path / "new", environ)) == tmp_path / "new"


def test_a_private_journal_that_is_there_is_kept(tmp_path):
    """Where the place of a private journal holds other events, both count; the same file is not put there twice."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")}, 'journal = "private"\ntimezone = "UTC"\n')
    open_collection(root, environ).answer("one:answer", 3, moment(), None)
    back_up(root, environ, tmp_path / "x.zip", MADE)
    there = private_journal_folder(tmp_path / "new", environ)
    there.mkdir(parents=True)
    event = Suspend(new_id(moment() + 1, bytes(10)), moment() + 1, "one:answer", None)
    (there / "here-0001.2026.jsonl").write_bytes(header_line("here-0001") + b"\n" + encode(event) + b"\n")
    kept = contents(there)
    assert restore(tmp_path / "x.zip", tmp_path / "new", environ).beside == ("here-0001.2026.restored.jsonl",)
    state = open_collection(tmp_path / "new", environ).state("one:answer")
    assert (state.reps, state.suspended) == (1, True)
    assert kept.items() <= contents(there).items()
    shutil.rmtree(tmp_path / "new")
    shutil.copytree(private_journal_folder(root, environ), there, dirs_exist_ok=True)
    assert restore(tmp_path / "x.zip", tmp_path / "new", environ).beside == ()


def test_links_are_stored_as_files(tmp_path):
    """A link to a file is stored as the file, inside and outside of the collection; the latter is told."""
    root, file, environ = made(tmp_path)
    (tmp_path / "mine.yaml").write_text(basic_deck("mine"))
    (root / "decks/inside.yaml").symlink_to("a.yaml")
    (root / "decks/outside.yaml").symlink_to(tmp_path / "mine.yaml")
    report = back_up(root, environ, file, MADE, force=True)
    restore(file, tmp_path / "new", environ)
    assert report.linked == ("decks/outside.yaml",)
    assert (tmp_path / "new/decks/inside.yaml").read_text() == basic_deck("one", "two")
    assert (tmp_path / "new/decks/outside.yaml").read_text() == basic_deck("mine")
    assert not any(path.is_symlink() for path in (tmp_path / "new").rglob("*"))


def test_a_part_that_is_a_link_is_followed(tmp_path):
    """Where `media` is a link to a larger disk, what lies there is in the backup, and that is told."""
    root, file, environ = made(tmp_path)
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk/a.png").write_bytes(b"png")
    (root / "media").symlink_to(tmp_path / "disk")
    assert back_up(root, environ, file, MADE, force=True).linked == ("media",)
    restore(file, tmp_path / "new", environ)
    assert (tmp_path / "new/media/a.png").read_bytes() == b"png"


def test_what_cannot_be_taken_is_said(tmp_path):
    """Links to nowhere, to folders and round in a ring, and pipes, are named in the report and in the archive."""
    root, file, environ = made(tmp_path)
    (root / "decks/nowhere.yaml").symlink_to("gone.yaml")
    (root / "decks/ring.yaml").symlink_to("ring.yaml")
    (root / "decks/up").symlink_to("..")
    os.mkfifo(root / "decks/pipe.yaml")
    (root / "media").write_text("no folder")
    report = back_up(root, environ, file, MADE, force=True)
    why = {each.path: each.why for each in report.manifest.left_out}
    assert why.keys() == {"decks/nowhere.yaml", "decks/ring.yaml", "decks/up", "decks/pipe.yaml", "media"}
    assert why["decks/nowhere.yaml"] == "a link that leads nowhere"
    assert restore(file, tmp_path / "new", environ).manifest.left_out == report.manifest.left_out


def test_a_file_that_may_not_be_read_is_said(tmp_path, monkeypatch):
    """A file that the system refuses to open is left out and named; all others are there."""
    root, file, environ = made(tmp_path)
    (root / "decks/b.yaml").write_text(basic_deck("secret"))
    real = os.open

    def refusing(path: Any, *more: Any, **options: Any) -> int:
        if os.fspath(path).endswith("decks/b.yaml"):
            raise PermissionError(13, "Permission denied")
        return real(path, *more, **options)

    monkeypatch.setattr(os, "open", refusing)
    report = back_up(root, environ, file, MADE, force=True)
    assert [(each.path, each.why) for each in report.manifest.left_out] == [("decks/b.yaml", "permission denied")]
    restore(file, tmp_path / "new", environ)
    assert [path.name for path in (tmp_path / "new/decks").iterdir()] == ["a.yaml"]


def test_git_folders_and_strangers_stay_out(tmp_path):
    """Git's folders and files that are no part of a collection are not in the backup; the latter are named."""
    root, file, environ = made(tmp_path)
    for name in (".git/config", "decks/.git/config", "README.md", "notes/x.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    report = back_up(root, environ, file, MADE, force=True)
    assert report.apart == ("README.md", "decks/.git", "notes")
    assert not [item for item in report.manifest.items if "git" in item.path or "notes" in item.path]


@pytest.mark.parametrize("broken", ["decks/a.yaml", "srs.toml", "journal/x.jsonl"])
def test_broken_files_are_backed_up(tmp_path, broken):
    """A collection that cannot be read as it stands can still be backed up and restored, byte for byte."""
    root, file, environ = made(tmp_path)
    (root / broken).write_bytes(b"\xff\x00[{: not this")
    back_up(root, environ, file, MADE, force=True)
    restore(file, tmp_path / "new", environ)
    assert contents(tmp_path / "new") == contents(root)


def test_nothing_is_replaced_unasked(tmp_path):
    """A file that exists is replaced only when that is asked for."""
    root, file, environ = made(tmp_path)
    file.write_text("something else")
    with pytest.raises(SrsError, match="exists"):
        back_up(root, environ, file, MADE)
    assert file.read_text() == "something else"
    back_up(root, environ, file, MADE, force=True)
    assert zipfile.is_zipfile(file)


def test_a_backup_is_for_its_owner(tmp_path):
    """Nobody else can read the archive, since it tells when somebody studied."""
    assert stat.S_IMODE(made(tmp_path)[1].stat().st_mode) == 0o600


def test_default_names_do_not_clash(tmp_path):
    """The name holds the collection's and the day; a second backup of the day gets a number."""
    names = []
    for _ in range(3):
        target = default_target(tmp_path / "cards", tmp_path, "2026-12-01")
        target.touch()
        names.append(target.name)
    assert names == ["cards-2026-12-01.srs.zip", "cards-2026-12-01-2.srs.zip", "cards-2026-12-01-3.srs.zip"]


@pytest.mark.parametrize("place", ["decks/x.zip", "media/x.zip", "journal/x.zip", "srs.toml"])
def test_a_backup_is_not_put_among_the_decks(tmp_path, place):
    """A target within the collection's own folders, or in place of its settings, is refused."""
    root, _, environ = made(tmp_path)
    before = contents(root)
    with pytest.raises(SrsError):
        back_up(root, environ, root / place, MADE, force=True)
    assert contents(root) == before


def test_a_full_disk_leaves_no_half_backup(tmp_path, monkeypatch):
    """When the disk refuses to sync, the older backup stands as it was and nothing lies beside it."""
    root, file, environ = made(tmp_path)
    before = contents(tmp_path)

    def refusing(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refusing)
    with pytest.raises(SrsError, match="no space left on device"):
        back_up(root, environ, file, MADE, force=True)
    assert contents(tmp_path) == before


def test_files_out_of_measure_come_back(tmp_path):
    """A file that would shrink a thousandfold is stored as it is, since restoring refuses such growth."""
    root, file, environ = made(tmp_path)
    (root / "sources").mkdir()
    (root / "sources/blank.txt").write_bytes(bytes(3_000_000))
    back_up(root, environ, file, MADE, force=True)
    restore(file, tmp_path / "new", environ)
    assert (tmp_path / "new/sources/blank.txt").read_bytes() == bytes(3_000_000)


def test_many_files_out_of_measure_come_back(tmp_path):
    """Many small files that shrink as far as such files can are together no more than restoring takes."""
    root, file, environ = made(tmp_path)
    for number in range(500):
        (root / f"decks/{number:x}").write_bytes(bytes(DENSE))
    back_up(root, environ, file, MADE, force=True)
    restore(file, tmp_path / "new", environ)
    assert contents(tmp_path / "new") == contents(root)


def test_only_files_are_replaced(tmp_path):
    """With force a folder or a device in the place of the backup is still refused."""
    root, _, environ = made(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", tmp_path):
        with pytest.raises(SrsError, match="no file"):
            back_up(root, environ, place, MADE, force=True)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_drafts_of_killed_backups_go(tmp_path):
    """A backup deletes the drafts beside it that killed ones left; none of a living process, of today, or of others."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")})
    folder = tmp_path / "backups"
    folder.mkdir()
    gone = 2**22 + 1  # no process has such a number
    names = [
        f".a.zip.{gone}.tmp",
        f".b.srs.zip.{gone}.tmp",
        f".c.zip.{os.getppid()}.tmp",
        f".d.zip.{gone}.tmp",
        "e.zip",
    ]
    for name in [*names, f".f.txt.{gone}.tmp"]:
        (folder / name).write_bytes(b"PK")
        if not name.startswith(".d"):
            os.utime(folder / name, (0, 0))
    back_up(root, environ, folder / "new.zip", MADE)
    assert sorted(path.name for path in folder.iterdir()) == sorted([*names[2:], f".f.txt.{gone}.tmp", "new.zip"])


def test_a_tree_without_end_is_left_out(tmp_path):
    """Folders in folders deeper than anybody's are left out of a backup and named."""
    root, file, environ = made(tmp_path)
    (root / "media").mkdir()
    folder = os.open(root / "media", os.O_RDONLY)
    for _ in range(150):
        os.mkdir("d", dir_fd=folder)
        folder = os.open("d", os.O_RDONLY, dir_fd=folder)
    assert [each.why for each in back_up(root, environ, file, MADE, force=True).manifest.left_out] == [TOO_DEEP]
    restore(file, tmp_path / "new", environ)


def test_other_commands_wait_while_a_backup_reads(tmp_path):
    """While the decks are read, no other of our programs gets the lock; while the media are, it does."""
    import fcntl

    root, file, environ = made(tmp_path)
    (root / "media").mkdir()
    (root / "media/a.png").write_bytes(b"png")
    free: list[bool] = []

    def watch(what: str, done: int, total: int | None) -> None:
        if what != "Backing up":
            return
        descriptor = os.open(root, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free.append(True)
        except BlockingIOError:
            free.append(False)
        finally:
            os.close(descriptor)

    back_up(root, environ, file, MADE, force=True, watch=watch)
    assert free == [False, False, False, True, True]
    with locked(root):
        pass


@pytest.mark.parametrize("there", ["a file", "full", "a link to a full one"])
def test_restoring_touches_nothing_that_is_there(tmp_path, there):
    """A place that is taken is refused and stays as it is."""
    _, file, environ = made(tmp_path)
    place = tmp_path / "new"
    if there == "a file":
        place.write_text("mine")
    else:
        (tmp_path / "full").mkdir()
        (tmp_path / "full/.hidden").touch()
        place.symlink_to("full") if there != "full" else (tmp_path / "full").rename(place)
    before = contents(tmp_path)
    with pytest.raises(SrsError, match="is not"):
        restore(file, place, environ)
    assert contents(tmp_path) == before


def test_a_link_to_nowhere_is_not_followed(tmp_path):
    """A folder that is a link to what is not there is refused, and what it names is not made."""
    _, file, environ = made(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(SrsError, match="is a link that leads nowhere"):
        restore(file, tmp_path / "link", environ)
    assert not (tmp_path / "gone").exists()


def test_no_collection_in_a_collection(tmp_path):
    """A folder inside of another collection is refused."""
    root, file, environ = made(tmp_path)
    with pytest.raises(SrsError, match="lies in the collection"):
        restore(file, root / "decks" / "again", environ)
    assert not (root / "decks/again").exists()


@pytest.mark.parametrize("where", ["here", "private"])
def test_settings_that_were_not_in_the_backup(tmp_path, monkeypatch, where):
    """A backup without settings, since they could not be read, becomes a collection with the defaults."""
    root, environ = make_collection(tmp_path, {"a.yaml": basic_deck("one")}, f'journal = "{where}"\n')
    open_collection(root, environ).answer("one:answer", 3, moment(), None)
    real = os.open

    def refusing(path: Any, *more: Any, **options: Any) -> int:
        if os.fspath(path).endswith("srs.toml"):
            raise PermissionError(13, "Permission denied")
        return real(path, *more, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refusing)
        back_up(root, environ, tmp_path / "x.zip", MADE)
        assert zone_of(root, environ)[1] == "srs.toml: cannot be read, permission denied"
    assert restore(tmp_path / "x.zip", tmp_path / "new", environ).settings_made
    new = open_collection(tmp_path / "new", environ)
    assert (new.settings.journal, new.state("one:answer").reps, new.problems()) == (where, 1, [])


def test_an_empty_folder_is_filled(tmp_path):
    """Restoring into an empty folder, or through a link to one, fills it."""
    root, file, environ = made(tmp_path)
    (tmp_path / "empty").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("empty")
    restore(file, tmp_path / "link", environ)
    assert contents(tmp_path / "empty") == contents(root)
    assert stat.S_IMODE((tmp_path / "empty").stat().st_mode) == 0o700


def test_a_path_without_end_is_refused(tmp_path):
    """A path through thousands of folders is refused in words."""
    _, file, environ = made(tmp_path)
    other = rewritten(file, add_file("media/" + "d/" * 2000 + "x", entry="odd-names/9"))
    assert refused(other, tmp_path, environ).endswith(TOO_DEEP)


@pytest.mark.parametrize(
    "path", ["../x", "decks/../../x", "/tmp/x", "C:/x", "decks\\x", "decks//x", "decks/./x", "decks/"]
)
def test_paths_that_lead_elsewhere_are_refused(tmp_path, path):
    """An entry that leads out of the folder, or is no plain name, is refused with its name."""
    _, file, environ = made(tmp_path)
    assert f"`{path}`" in refused(rewritten(file, add_file(path)), tmp_path, environ)


@pytest.mark.parametrize(
    "path",
    ["../x", "decks/../../x", "/tmp/x", "decks//x", "decks/\0x", "x", "decks", ".bashrc", "decks/.GIT/config", ""],
)
def test_paths_are_checked_under_any_name(tmp_path, path):
    """A harmless entry whose path in the manifest is none of a collection is refused."""
    _, file, environ = made(tmp_path)
    assert refused(rewritten(file, add_file(path, entry="odd-names/1")), tmp_path, environ)


@pytest.mark.parametrize(
    "names",
    [
        ("media/a.png", "media/A.png"),
        (f"media/{unicodedata.normalize('NFC', 'é')}", f"media/{unicodedata.normalize('NFD', 'é')}"),
    ],
)
def test_names_that_are_one_to_some_systems_are_refused(tmp_path, names):
    """Two entries whose names differ only by case or Unicode form are refused."""
    _, file, environ = made(tmp_path)

    def change(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        for name in names:
            add_file(name)(files, manifest)

    assert "are one name to some systems" in refused(rewritten(file, change), tmp_path, environ)


def test_a_name_that_is_there_twice_is_refused(tmp_path):
    """An archive with two entries of one name is refused."""
    _, file, environ = made(tmp_path)
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("decks/a.yaml", b"other")
    assert "twice" in refused(file, tmp_path, environ)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFDIR])
def test_entries_that_are_no_files_are_refused(tmp_path, kind):
    """A symbolic link, a device, a pipe or a folder in the archive is refused."""
    _, file, environ = made(tmp_path)
    with zipfile.ZipFile(file, "a") as archive:
        info = zipfile.ZipInfo("media/x")
        info.external_attr = (kind | 0o777) << 16
        archive.writestr(info, b"/etc/passwd")
    assert "is a link or a device" in refused(file, tmp_path, environ)


def test_missing_extra_and_changed_files_are_refused(tmp_path):
    """What differs from the manifest is refused: a file more, a file less, another size, another content."""
    _, file, environ = made(tmp_path)

    def more(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        files["media/x"] = b"x"

    def less(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        del files["decks/a.yaml"]

    def longer(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        files["decks/a.yaml"] += b" "

    def other(files: dict[str, bytes], manifest: dict[str, Any]) -> None:
        files["decks/a.yaml"] = files["decks/a.yaml"].swapcase()

    words = ["its manifest does not say so", "is missing in it", "another size", "is not what was stored"]
    for change, said in zip((more, less, longer, other), words, strict=True):
        assert said in refused(rewritten(file, change), tmp_path, environ)


def test_a_bomb_is_refused(tmp_path):
    """A file that would grow a thousandfold is refused before anything is unpacked."""
    _, file, environ = made(tmp_path)
    assert "would grow" in refused(rewritten(file, add_file("media/x", bytes(50_000_000))), tmp_path, environ)


def test_many_small_bombs_are_refused(tmp_path):
    """Many files, each just small enough, are refused for what they are together."""
    _, file, environ = made(tmp_path)
    with zipfile.ZipFile(file, "a") as archive:
        for number in range(20):
            archive.writestr(f"media/{number}", b"x")
    data = bytearray(file.read_bytes())
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 20 : at + 28] = (500_000_000).to_bytes(4, "little") * 2  # both sizes, in the list at the end
        at += 4
    file.write_bytes(data)
    assert "out of measure" in refused(file, tmp_path, environ)


def test_a_collection_larger_than_the_disk_is_refused(tmp_path, monkeypatch):
    """What the disk cannot hold is not begun."""
    _, file, environ = made(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))
    assert "has 10" in refused(file, tmp_path, environ)


def test_a_newer_backup_is_refused(tmp_path):
    """A manifest of a later format says that srs must be updated."""
    _, file, environ = made(tmp_path)
    newer = rewritten(file, lambda files, manifest: manifest.update(format=2, files="elsewhere"))
    with pytest.raises(BadBackup) as caught:
        restore(newer, tmp_path / "new", environ)
    assert "has format 2, and this srs knows 1" in caught.value.message
    assert "update srs" in caught.value.hint


@pytest.mark.parametrize(
    "change",
    [{"format": 0}, {"format": "1"}, {"format": True}, {"files": 3}, {"files": [3]}, {"left_out": None}, {"made": 3},
     {"files": [{"path": "srs.toml", "size": -1, "sha256": "0" * 64}]},
     {"files": [{"path": "srs.toml", "size": 1, "sha256": 3}]}],
)  # fmt: skip
def test_a_manifest_that_makes_no_sense_is_refused(tmp_path, change):
    """A manifest without the right keys and values is refused with words."""
    _, file, environ = made(tmp_path)
    assert MANIFEST in refused(rewritten(file, lambda _, manifest: manifest.update(change)), tmp_path, environ)


def test_files_that_are_no_backup_are_refused(tmp_path):
    """A text, an empty file, a foreign zip, an absent file and a folder are refused with words."""
    _, file, environ = made(tmp_path)
    file.write_text("no zip")
    assert "no zip archive" in refused(file, tmp_path, environ)
    file.write_bytes(b"")
    assert "no zip archive" in refused(file, tmp_path, environ)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x", "y")
    assert "no backup of srs" in refused(file, tmp_path, environ)
    assert "no such file" in refused(tmp_path / "gone.zip", tmp_path, environ)
    assert "is a directory" in refused(tmp_path, tmp_path, environ)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_what_never_ends_is_no_backup(tmp_path, make):
    """A pipe or a device in place of an archive is refused at once."""
    make(tmp_path / "b.zip")
    with pytest.raises(SrsError, match="it is no regular file"):
        restore(tmp_path / "b.zip", tmp_path / "out", {"HOME": str(tmp_path)})
    assert not (tmp_path / "out").exists()


def test_an_encrypted_archive_is_refused(tmp_path):
    """An entry that is marked as encrypted is refused."""
    _, file, environ = made(tmp_path)
    data = bytearray(file.read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    file.write_bytes(data)
    assert "is encrypted" in refused(file, tmp_path, environ)


SHARE = st.floats(0, 1, exclude_max=True)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=times(60))
@given(flips=st.lists(st.tuples(SHARE, st.integers(1, 255)), max_size=4), cut=SHARE | st.just(1.0))
def test_damage_is_found_or_harmless(tmp_path_factory, flips, cut):
    """An archive cut short or with changed bytes restores all of the collection, or nothing, with words."""
    tmp_path = tmp_path_factory.mktemp("damage")
    root, file, environ = made(tmp_path)
    damaged = bytearray(file.read_bytes())
    for share, by in flips:
        damaged[int(share * len(damaged))] ^= by
    del damaged[int(cut * len(damaged)) :]
    file.write_bytes(damaged)
    try:
        restore(file, tmp_path / "new", environ)
    except SrsError:
        assert not (tmp_path / "new").exists()
    else:
        assert contents(tmp_path / "new") == contents(root)
    shutil.rmtree(tmp_path)


def test_an_interruption_leaves_nothing(tmp_path):
    """Ctrl-C while restoring leaves no folder behind."""
    _, file, environ = made(tmp_path)
    before = contents(tmp_path)

    def interrupting(what: str, done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(file, tmp_path / "new", environ, interrupting)
    assert contents(tmp_path) == before
    assert not (tmp_path / "new").exists()


def test_a_report_is_of_what_stands_there(tmp_path):
    """The report's size is the file's, and its counts are the archive's."""
    root, _, environ = made(tmp_path)
    report: Report = back_up(root, environ, tmp_path / "y.zip", MADE)
    assert report.size == (tmp_path / "y.zip").stat().st_size
    assert report.manifest.counts()["files"] == len(zipfile.ZipFile(report.file).namelist()) - 1
