"""`python -m tests.collection.freeze`: an index of this version kept as text, for the tests of those to come.

Of the collection of format 1, whose files never change. Run when VERSION was raised; what is there already stays.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from srs.collection.collection import Collection
from srs.collection.index import VERSION
from srs.collection.locations import index_file

TEXT = Path(__file__).parents[1] / "data" / "formats" / "1" / "collection"
FROZEN = Path(__file__).parent / "data"


def frozen(version: int) -> Path:
    """The SQL that makes the index that a version wrote of the files in TEXT."""
    return FROZEN / f"index-{version}.sql"


def freeze() -> str:
    """The index that this version makes of TEXT, as SQL; what the file system says of files is left out."""
    with TemporaryDirectory() as folder:
        root, state = Path(folder) / "cards", Path(folder) / "state"
        shutil.copytree(TEXT, root)
        state.mkdir()
        (state / "device").write_text("mira-3f9a\n")
        environ = {"HOME": folder, "SRS_CACHE_DIR": f"{folder}/cache", "SRS_STATE_DIR": str(state)}
        Collection.open(root, environ, True).db.close()
        with closing(sqlite3.connect(index_file(root, environ))) as db:
            db.execute("update file set size = 0, mtime = 0, ctime = 0, inode = 0")
            return "\n".join([*db.iterdump(), f"pragma user_version = {VERSION};", ""])


if __name__ == "__main__":
    with frozen(VERSION).open("x", encoding="utf-8") as file:
        file.write(freeze())
