"""`srs backup` and `srs restore`: a collection as one file, and back."""

import subprocess
import zipfile
from pathlib import Path

from tests.cli.helpers import Srs


def archive(srs: Srs) -> Path:
    """A backup of the collection, made after an answer."""
    assert srs("answer", "france:answer", "good").code == 0
    file = srs.home / "kept.srs.zip"
    assert srs("backup", str(file)).code == 0
    return file


def test_the_round_trip(srs: Srs) -> None:
    """`srs list` and `srs status` of the restored collection say what the original says, rows, paths and lines."""
    file = archive(srs)
    (srs.home / "cache").rename(srs.home / "old-cache")  # both read anew, so that states agree to the last digit
    done = srs("restore", str(file), str(srs.home / "new"))
    assert done.code == 0
    for words in (["list"], ["status"], ["show", "france:answer"], ["check"]):
        assert srs.json(*words, "-C", str(srs.home / "new")) == srs.json(*words)


def test_backup_says_what_it_holds_and_how_to_restore(srs: Srs) -> None:
    """The file, its contents and the command that restores it are printed."""
    srs("answer", "france:answer", "good")
    done = srs("-C", str(srs.root), "backup", "my cards.zip", cwd=srs.home)
    assert done.out.splitlines()[0].startswith("my cards.zip: 4 files (2 deck files, 1 journal file), ")
    assert done.out.splitlines()[1] == "Restore it: srs restore 'my cards.zip' DIR"
    assert (done.code, done.err) == (0, "")


def test_restore_says_what_is_there(srs: Srs) -> None:
    """Notes, cards and events are counted in the restored collection, and the command to study it is printed."""
    done = srs("restore", str(archive(srs)), "new home", cwd=srs.home)
    assert done.out.splitlines()[1:] == ["5 notes, 8 cards, 1 event.", "Study it: srs -C 'new home' review"]
    assert srs("-C", "new home", "status", "--short", cwd=srs.home).code == 0


def test_the_name_without_one(srs: Srs) -> None:
    """Without FILE the backup is in this folder under the collection's name and day; the next one gets a number."""
    for name in ("cards-2026-03-02.srs.zip", "cards-2026-03-02-2.srs.zip"):
        out = srs("-C", str(srs.root), "backup", cwd=srs.home).out
        assert out.startswith(f"{name}: ") and "beside" not in out
        assert (srs.home / name).is_file()


def test_within_the_collection_the_backup_is_beside_it(srs: Srs) -> None:
    """Run in the collection, or in its decks, the default is beside the collection, not in it."""
    for cwd in (srs.root, srs.root / "decks"):
        before = sorted(srs.root.rglob("*"))
        done = srs("backup", cwd=cwd)
        assert done.code == 0
        assert done.out.startswith(str(srs.home.resolve() / "cards-2026-03-02"))
        assert "\nIt lies beside the collection, so that it is not lost with it; srs backup FILE" in done.out
        assert sorted(srs.root.rglob("*")) == before


def test_a_folder_gets_the_default_name(srs: Srs) -> None:
    """FILE may be a folder, as for a copy every night."""
    (srs.home / "disk").mkdir()
    assert srs("backup", str(srs.home / "disk")).code == 0
    assert [path.name for path in (srs.home / "disk").iterdir()] == ["cards-2026-03-02.srs.zip"]


def test_an_existing_file_is_kept(srs: Srs) -> None:
    """A FILE that exists is refused, and replaced with --force."""
    file = archive(srs)
    file.write_text("mine")
    done = srs("backup", str(file))
    assert done.code == 1
    assert done.err == f"srs: {file} exists\n     name another file, or say --force to replace it\n"
    assert file.read_text() == "mine"
    assert srs("backup", "--force", str(file)).code == 0
    assert zipfile.is_zipfile(file)


def test_broken_decks_and_settings_are_backed_up(srs: Srs) -> None:
    """Files that cannot be understood are backed up as they are; restoring says that they cannot be opened."""
    srs.deck("broken", "notes: [")
    (srs.root / "srs.toml").write_text("rollover = 99\n")
    done = srs("backup", str(srs.home / "x.zip"))
    assert done.code == 0
    assert done.err == "srs.toml:1:1: `rollover` cannot be `99`; backed up as it is.\n"
    done = srs("restore", str(srs.home / "x.zip"), str(srs.home / "new"))
    assert done.code == 1
    assert "the files are restored, and srs cannot open them: srs.toml:1:1: `rollover` cannot be `99`" in done.err
    assert (srs.home / "new/decks/broken.yaml").read_text() == "notes: ["


def test_what_is_not_in_the_backup_is_told(srs: Srs) -> None:
    """A backup that is not whole ends with 1 and says what is missing, and so does restoring say."""
    (srs.root / "decks/gone.yaml").symlink_to("nowhere")
    (srs.root / "README.md").touch()
    done = srs("backup", str(srs.home / "x.zip"))
    assert done.code == 1
    assert done.err == "Not in the backup: decks/gone.yaml, a link that leads nowhere.\n"
    assert "Not in it, being no part of the collection: README.md.\n" in done.out
    done = srs("restore", str(srs.home / "x.zip"), str(srs.home / "new"))
    assert done.code == 0
    assert done.err == "Not in the backup: decks/gone.yaml, a link that leads nowhere.\n"


def test_backup_and_restore_as_json(srs: Srs) -> None:
    """With --json both print what they did, for scripts."""
    file = srs.home / "x.zip"
    made = srs.json("backup", str(file))
    assert made["file"] == str(file)
    assert made["made"] == "2026-03-02T09:00:00.000Z"
    assert made["counts"]["decks"] == 2
    assert made["left_out"] == made["linked"] == made["apart"] == []
    restored = srs.json("restore", str(file), str(srs.home / "new"))
    assert (restored["notes"], restored["cards"], restored["events"]) == (5, 8, 0)
    assert restored["counts"] == made["counts"]


def test_names_of_strangers_are_shown_safely(srs: Srs) -> None:
    """Names with control characters, or that are not UTF-8, are shown and not obeyed."""
    (srs.root / "a\x1b[31m\udcff").touch()
    done = srs("backup", str(srs.home / "x.zip"))
    assert "a␛[31m\\xff" in done.out
    assert "\x1b" not in done.out


def test_a_private_journal_is_restored_and_told(srs: Srs) -> None:
    """A journal kept apart comes back; one that is there already is kept, and that is told."""
    (srs.root / "srs.toml").write_text('timezone = "UTC"\njournal = "private"\n')
    file = archive(srs)
    new = srs.home / "new"
    assert srs("restore", str(file), str(new)).out.splitlines()[1] == "5 notes, 8 cards, 1 event."
    assert srs("-C", str(new), "answer", "italy:answer", "good").code == 0
    new.rename(srs.home / "moved")
    done = srs("restore", str(file), str(new))
    assert "It is kept, and counts with the restored one." in done.err
    assert done.out.splitlines()[1] == "5 notes, 8 cards, 2 events."


def test_a_bad_archive_is_an_error_in_words(srs: Srs) -> None:
    """What is no backup is refused with exit 1, what is wrong, and what to do."""
    (srs.home / "x.zip").write_text("no")
    done = srs("restore", str(srs.home / "x.zip"), str(srs.home / "new"))
    assert (done.code, done.out) == (1, "")
    assert "this is no zip archive, or a part of it is missing" in done.err
    assert "nothing was restored" in done.err


def test_usage(srs: Srs) -> None:
    """Restoring needs a file and a folder."""
    assert srs("restore", "x.zip").code == 2
    assert srs("backup", "a", "b").code == 2


def test_restoring_into_this_folder(srs: Srs) -> None:
    """The folder one stands in may be filled; that it must be entered again is said."""
    file = archive(srs)
    (srs.home / "here").mkdir()
    done = srs("restore", str(file), ".", cwd=srs.home / "here")
    assert (done.code, done.out.splitlines()[1]) == (0, "5 notes, 8 cards, 1 event.")
    assert done.err == f"This folder is a new one now; enter it again: cd {srs.home.resolve() / 'here'}\n"
    assert (srs.home / "here/srs.toml").is_file()


def test_rings_of_links_are_errors_in_words(srs: Srs) -> None:
    """A place that is a link to itself is refused by both commands."""
    (srs.home / "ring").symlink_to("ring")
    file = archive(srs)
    for words in (["restore", str(file), str(srs.home / "ring")], ["backup", str(srs.home / "ring/x.zip")]):
        done = srs(*words)
        assert done.code == 1
        assert done.err.startswith("srs: ")


def test_nowhere_is_no_place(srs: Srs) -> None:
    """A folder without a name is wrong usage, not the folder one is in."""
    file = archive(srs)
    done = srs("restore", str(file), "")
    assert (done.code, done.out) == (2, "") and "no folder is named" in done.err


def test_both_journals_are_counted_apart(srs: Srs) -> None:
    """A backup says which journal files are private ones; restored, the other is told of."""
    assert srs("answer", "italy:answer", "good").code == 0
    (srs.root / "srs.toml").write_text('timezone = "UTC"\njournal = "private"\n')
    assert srs("answer", "france:answer", "good").code == 0
    done = srs("backup", str(srs.home / "x.zip"))
    assert "(2 deck files, 1 journal file, 1 private journal file)" in done.out
    done = srs("restore", str(srs.home / "x.zip"), str(srs.home / "new"))
    assert done.out.splitlines()[1] == "5 notes, 8 cards, 1 event."
    assert "`journal/` holds 1 file that does not count" in done.err


def test_a_folder_that_is_gone(srs: Srs) -> None:
    """In a folder that was deleted or replaced under the shell, every command says so and how to go on."""
    script = "mkdir gone && cd gone && rmdir ../gone && srs status"
    done = subprocess.run(["sh", "-c", script], cwd=srs.home, env=srs.env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == 'srs: the folder you are in is no longer there\n     enter it again: cd "$PWD"\n'
