"""The user's own git, run in a folder; what it refuses becomes a sentence and a hint. Knows nothing of what files hold.

Every merge is made beside the working tree: the trees in an index of its own, the commit by `commit-tree`. Only then
does a fast-forward bring it in, which git checks as a whole before it touches a file. So there is no state in between
to go back from, nothing of an interrupted merge that the next command would find, and the files of the user's that git
would overwrite are refused as git refuses them.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from srs.errors import SrsError
from srs.watching import Watch, doing, unwatched

OLDEST = (2, 20)
_LOCKED = ".lock': File exists"
_REF_LOCKED = "cannot lock ref"
_BUSY_TRIES = 20
_BUSY_WAIT = 0.15
_WAITING, _TELL = "Waiting for git", 0.2
_HERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_NAMESPACE")
"""What git tells its hooks and aliases; here it would lead to another repository than the collection's."""

_GOING_ON = (
    ("MERGE_HEAD", "a merge", "git merge --abort"),
    ("rebase-merge", "a rebase", "git rebase --abort"),
    ("rebase-apply", "a rebase", "git rebase --abort"),
    ("CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --abort"),
    ("REVERT_HEAD", "a revert", "git revert --abort"),
    ("BISECT_LOG", "a bisect", "git bisect reset"),
)


class GitError(SrsError):
    """Git is not there, or refused."""


class NoRepository(GitError):
    """The folder is in no git repository."""


class Unreachable(GitError):
    """The other repository could not be reached, or did not let us in."""


class PushRejected(GitError):
    """Somebody else pushed meanwhile."""


@dataclass(frozen=True, slots=True)
class Output:
    """How a run of git ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8", "surrogateescape").strip()


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a tree: its mode (`100644`) and the object that holds it."""

    mode: str
    blob: str

    @property
    def is_file(self) -> bool:
        """Whether it is neither a link nor a repository in the repository."""
        return self.mode.startswith("100")


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a branch is sent to and comes from. `tracked`: the branch knows it already."""

    name: str
    branch: str
    tracked: bool

    @property
    def ref(self) -> str:
        return f"refs/remotes/{self.name}/{self.branch}"


class Repository:
    """The repository that holds `root`. Paths are relative to `root`, in git's way of writing them."""

    def __init__(self, root: Path, environ: Mapping[str, str], device: str, watch: Watch = unwatched) -> None:
        """`watch` is told while git works.

        Raises NoRepository, or GitError where git is missing or too old or does not trust the folder.
        """
        self.root = root
        self.environ = environ
        self.watch = watch
        self._given: list[str] = []
        self._files: dict[str, dict[str, Entry]] = {}
        self._contents: dict[str, bytes] = {}
        self._filters: dict[str, bool] = {}
        self.version = _version(root, self.environ)
        top, self.prefix, folder = self._look("--show-toplevel", "--show-prefix", "--absolute-git-dir")
        self.top, self.folder = Path(top), Path(folder)
        self._given += ["-c", "core.quotePath=false", *self._durable()]
        self._device = device

    def _look(self, *questions: str) -> list[str]:
        done = run(self.root, self.environ, "rev-parse", *questions)
        if done.code:
            raise _no_repository(self.root, done)
        answers = done.out.decode("utf-8", "surrogateescape").removesuffix("\n")
        if len(questions) == 1 or answers.count("\n") < len(questions):
            return answers.split("\n", len(questions) - 1)
        return [answer for question in questions for answer in self._look(question)]  # a folder's name has a newline

    def _durable(self) -> list[str]:
        """A commit is to be on disk before the working tree is touched; git by itself leaves that to the system."""
        return ["-c", "core.fsync=all"] if self.version >= (2, 36) else ["-c", "core.fsyncObjectFiles=true"]

    @cached_property
    def borrowed_name(self) -> str | None:
        """The name with which commits are signed where git has none for the user: the device's."""
        for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            if run(self.root, self.environ, "-c", "user.useConfigOnly=true", "var", who).code:
                return self._device
        return None

    def _signed(self) -> list[str]:
        name = self.borrowed_name
        return ["-c", f"user.name={name}", "-c", f"user.email={name}@localhost"] if name else []

    # Running git

    def git(self, *words: str, given: bytes = b"", index: Path | None = None, top: bool = False) -> Output:
        """Run git in the collection, or at the `top` of the repository. Raises GitError where it refuses.

        A lock that another git holds for a moment is waited for.
        """
        done = self.tried(*words, given=given, index=index, top=top)
        if done.code:
            raise _refused(words[0], done, self.folder)
        return done

    def tried(self, *words: str, given: bytes = b"", index: Path | None = None, top: bool = False) -> Output:
        """Run git, whatever comes of it."""
        import time

        for _ in range(_BUSY_TRIES):
            place = self.top if top else self.root
            done = run(place, self.environ, *self._given, *words, given=given, index=index, watch=self.watch)
            if not (done.code and any(words in done.err for words in (_LOCKED, _REF_LOCKED))):
                break
            time.sleep(_BUSY_WAIT)
        return done

    def line(self, *words: str) -> str | None:
        """The one line that git prints, or None where it fails."""
        done = self.tried(*words)
        return None if done.code else done.text

    # Where it stands

    def branch(self) -> str:
        """The branch that is checked out. Raises GitError where something of the user's is going on, or none is."""
        for state, what, way_out in _GOING_ON:
            if (self.folder / state).exists():
                message = f"{what} of yours is going on in {self.top}"
                raise GitError(message, f"finish it, or give it up: {way_out}; then sync")
        name = self.line("symbolic-ref", "--quiet", "--short", "HEAD")
        if name is None:
            raise GitError("no branch is checked out (git calls that a detached HEAD)", self._way_to_a_branch())
        return name

    def _way_to_a_branch(self) -> str:
        names = ("for-each-ref", "--format=%(refname:short)", "--sort=-committerdate")
        for more in (("--contains", "HEAD"), ()):
            if known := (self.line(*names, *more, "refs/heads") or "").split("\n")[0]:
                return f"go back to one: git switch {known}"
        return "make one: git switch --create main"

    def head(self) -> str | None:
        """The commit that is checked out; None before the first one."""
        return self.line("rev-parse", "--quiet", "--verify", "HEAD^{commit}")

    def commit_of(self, ref: str) -> str | None:
        return self.line("rev-parse", "--quiet", "--verify", f"{ref}^{{commit}}")

    def remote(self, branch: str) -> Remote | None:
        """Where `branch` goes: to its upstream, else to `origin` or the only remote; None without any."""
        names = self.git("remote").text.split()
        keys = [f"branch.{branch}.{key}" for key in ("remote", "merge")]
        told = self.tried("config", "-z", "--get-regexp", r"^branch\..*\.(remote|merge)$")
        known, merge = map(dict(part.partition("\n")[::2] for part in _parts(told.out)).get, keys)
        if known in names and merge:
            return Remote(str(known), merge.removeprefix("refs/heads/"), True)
        if not names:
            return None
        if len(names) > 1 and "origin" not in names:
            hint = f"say which, once: git push --set-upstream {names[0]} {branch}"
            raise GitError(f"`{branch}` has no upstream, and there are {len(names)} remotes", hint)
        return Remote("origin" if "origin" in names else names[0], branch, False)

    def merge_base(self, one: str, other: str) -> str | None:
        """The commit that both came from; None where there is none."""
        return self.line("merge-base", one, other)

    # What it holds

    def holds(self, name: str) -> bool:
        """Whether a file of the collection is in the repository's index."""
        return bool(self.git("ls-files", "-z", "--", name).out)

    def changed(self, names: Sequence[str]) -> set[str]:
        """The files under `names` that are not as in the last commit: changed, gone or new."""
        options = ("--porcelain", "-z", "--untracked-files=all", "--ignore-submodules=all", "--no-renames")
        done = self.git("status", *options, "--", *names)
        return {part[3:].removeprefix(self.prefix) for part in _parts(done.out)}

    def files(self, commit: str | None) -> dict[str, Entry]:
        """Every file of the collection in a commit, given as such; none where there is no commit."""
        if commit is None:
            return {}
        if commit not in self._files:
            under = ["--", self.prefix] if self.prefix else []
            done = self.git("ls-tree", "-r", "-z", "--full-tree", commit, *under)
            found = map(_tree_line, _parts(done.out))
            self._files[commit] = {path.removeprefix(self.prefix): Entry(mode, blob) for mode, _, blob, path in found}
        return self._files[commit]

    def contents(self, wanted: Iterable[tuple[str, Entry]]) -> list[bytes]:
        """What stands in files, as git keeps it; where a filter of the user's goes over it, as it is checked out."""
        pairs = list(wanted)
        filtered = self._filtered({path for path, _ in pairs})
        for path, entry in pairs:
            if path in filtered and entry.blob not in self._contents:
                at = f"--path={self.prefix}{path}"
                self._contents[entry.blob] = self.git("cat-file", "--filters", at, entry.blob, top=True).out
        missing = list(dict.fromkeys(entry.blob for _, entry in pairs if entry.blob not in self._contents))
        if missing:
            out = self.git("cat-file", "--batch", given="".join(f"{blob}\n" for blob in missing).encode()).out
            start = 0
            for blob in missing:
                head = out.index(b"\n", start)
                end = head + 1 + int(out[start:head].split()[-1])
                self._contents[blob], start = out[head + 1 : end], end + 1
        return [self._contents[entry.blob] for _, entry in pairs]

    def content(self, path: str, entry: Entry) -> bytes:
        """What stands in one file."""
        return self.contents([(path, entry)])[0]

    def _filtered(self, paths: Iterable[str]) -> set[str]:
        """Those of the collection's files that a filter of the user's goes over."""
        unknown = [path for path in paths if path not in self._filters]
        if unknown:
            given = "".join(f"{path}\0" for path in unknown).encode("utf-8", "surrogateescape")
            told = _parts(self.git("check-attr", "-z", "--stdin", "filter", given=given).out)
            self._filters |= {
                path: value not in ("unspecified", "unset") for path, value in zip(told[::3], told[2::3], strict=True)
            }
        return {path for path in paths if self._filters.get(path)}

    def attribute(self, name: str, path: str) -> str:
        return self.git("check-attr", name, "--", path).text.rpartition(": ")[2]

    # Changing it

    def commit(self, names: Sequence[str], message: str, paths: Set[str] | None = None) -> bool:
        """Commit all that changed under `names`, and nothing else; False where nothing did.

        `paths` are the files that changed, where they are known.
        """
        paths = self.changed(names) if paths is None else paths
        changed = [name for name in names if any(path == name or path.startswith(f"{name}/") for path in paths)]
        if not changed:
            return False
        self.git("add", "--all", "--", *changed)
        done = self.tried(*self._signed(), "commit", "--quiet", "--message", message, "--only", "--", *changed)
        if done.code:
            raise self._refused_commit(done)
        return True

    def _refused_commit(self, done: Output) -> GitError:
        hooks = self.root / (self.line("rev-parse", "--git-path", "hooks") or "")
        by_hook = any(os.access(hooks / name, os.X_OK) for name in ("pre-commit", "prepare-commit-msg", "commit-msg"))
        words = _last_words(done.err) or _last_words(done.text)
        if _LOCKED in done.err or not by_hook or done.err.startswith("fatal:"):
            return _refused("commit", done, self.folder)
        said = f": {words}" if words else f" without a word (exit code {done.code})"
        return GitError(f"a hook refused the commit{said}", "do what it asks for, or mend it; then sync again")

    def merged_tree(self, base: str, ours: str, theirs: str, files: Mapping[str, bytes | None]) -> str:
        """The tree of both commits merged, `files` of the collection being as given (None: deleted).

        Files that both changed and that are not given are merged line by line. Raises GitError where that fails.
        """
        index = self.folder / f"srs-index.{os.getpid()}"
        try:
            self.git("read-tree", "-i", "-m", "--aggressive", base, ours, theirs, index=index)
            given: dict[str, tuple[bytes | None, str]] = {}
            for path, data in files.items():
                entry = self.files(ours).get(path) or self.files(theirs).get(path)
                given[f"{self.prefix}{path}"] = (data, entry.mode if entry else "100644")
            self._place(index, given, len(ours))
            unmerged = self._unmerged(index).items()
            lines = {path: (self._lines_of_both(path, stages), stages["2"].mode) for path, stages in unmerged}
            self._place(index, lines, len(ours))
            return self.git("write-tree", index=index).text
        finally:
            for leftover in (index, index.with_name(f"{index.name}.lock")):
                leftover.unlink(missing_ok=True)

    def _place(self, index: Path, files: Mapping[str, tuple[bytes | None, str]], width: int) -> None:
        """Put files into the index: contents and modes by the repository's paths; object ids have `width` digits."""
        lines = []
        for path, (data, mode) in files.items():
            lines.append(f"0 {'0' * width}\t{path}")
            if data is not None:
                inside = path.removeprefix(self.prefix)
                how = f"--path={path}" if path.startswith(self.prefix) and self._filtered([inside]) else "--no-filters"
                blob = self.git("hash-object", "-w", "--stdin", how, given=data, top=True).text
                lines.append(f"{mode} {blob}\t{path}")
        if lines:
            given = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
            self.git("update-index", "-z", "--index-info", given=given, index=index, top=True)

    def _unmerged(self, index: Path) -> dict[str, dict[str, Entry]]:
        """The files that both sides changed, and their versions: `1` the base's, `2` ours, `3` theirs."""
        found: dict[str, dict[str, Entry]] = {}
        done = self.git("ls-files", "-u", "-z", index=index, top=True)
        for mode, blob, stage, path in map(_tree_line, _parts(done.out)):
            found.setdefault(path, {})[stage] = Entry(mode, blob)
        return found

    def _lines_of_both(self, path: str, stages: Mapping[str, Entry]) -> bytes:
        """What git's own merge makes of a file that is none of ours. Raises GitError where that is a conflict."""
        base, ours, theirs = (stages.get(number) for number in "123")
        merged = None
        if ours and theirs and ours.is_file and theirs.is_file:
            before, here, there = (self._blob(side) for side in (base, ours, theirs))
            merged = self.merge_text(before, here, there)
        if merged is None:
            message = f"{path} was changed here and there, and it is no file of the collection"
            raise GitError(message, "merge it yourself: git pull --no-rebase; your answers are committed")
        return merged

    def _blob(self, entry: Entry | None) -> bytes:
        return self.git("cat-file", "blob", entry.blob).out if entry else b""

    def merge_text(self, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
        """Three versions merged line by line; None where both sides changed the same lines, or it is no text."""
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            names = [Path(folder) / name for name in ("ours", "base", "theirs")]
            for name, data in zip(names, (ours, base, theirs), strict=True):
                name.write_bytes(data)
            done = self.tried("merge-file", "--stdout", "--quiet", *map(str, names))
        return None if done.code else done.out

    def merge_commit(self, tree: str, ours: str, theirs: str, message: str) -> str:
        """Make a commit of `tree` with both as parents; nothing points to it yet."""
        sign = ["-S"] if self.line("config", "--type=bool", "commit.gpgSign") == "true" else []
        words = ("commit-tree", *sign, "-p", ours, "-p", theirs, "-m", message, tree)
        done = self.tried(*self._signed(), *words)
        if done.code:
            raise _refused(words[0], done, self.folder)
        return done.text

    def fast_forward(self, commit: str) -> None:
        """Bring branch, index and files to a descendant of HEAD: all of it or, raising GitError, nothing."""
        config = ("-c", "merge.autoStash=false", "-c", "merge.verifySignatures=false", "-c", "merge.ff=true")
        done = self.tried(*config, "merge", "--quiet", "--ff-only", "--no-stat", commit)
        if done.code:
            names = re.findall(r"^\t(.+)", done.err, re.MULTILINE)
            if names:
                message = f"files of yours are in the way of what comes in: {', '.join(names[:5])}"
                hint = "commit them, or move them away, and sync again; the collection itself is committed"
                raise GitError(message, hint)
            raise _refused("merge", done, self.folder)

    # The other repository

    def fetch(self, remote: Remote) -> str | None:
        """The commit at which the remote's branch stands now; None where it has no branch at all yet.

        Raises Unreachable, or GitError where it has branches, but not ours.
        """
        words = ("fetch", "--quiet", "--no-recurse-submodules", remote.name)
        done = self.tried(*words, f"+refs/heads/{remote.branch}:{remote.ref}")
        if not done.code:
            return self.commit_of(remote.ref)
        if "couldn't find remote ref" not in done.err:
            raise _unreachable(remote, done)
        listed = self.tried("ls-remote", "--heads", remote.name)
        if listed.code:
            raise _unreachable(remote, listed)
        others = [line.rpartition("refs/heads/")[2] for line in listed.text.splitlines()]
        if others:
            message = f"`{remote.name}` has no branch `{remote.branch}`, but `{'`, `'.join(others[:5])}`"
            own = f"git push --set-upstream {remote.name} {remote.branch}"
            raise GitError(message, f"git branch --move {others[0]}; or, for a branch of its own: {own}")
        return None

    def push(self, remote: Remote, branch: str) -> None:
        """Send the branch. Raises PushRejected where the remote has what we have not, Unreachable, or GitError."""
        upstream = [] if remote.tracked else ["--set-upstream"]
        words = ("push", "--porcelain", "--no-recurse-submodules", *upstream, remote.name)
        done = self.tried(*words, f"refs/heads/{branch}:refs/heads/{remote.branch}")
        if not done.code:
            return
        answer = re.search(r"^!\t\S+\t\[(remote )?rejected\] \((.*)\)", done.text, re.MULTILINE)
        if answer and (lock := re.search(r"Unable to create '([^']+\.lock)': File exists", done.err)):
            # `tried` has waited for it: it is no push of a moment ago.
            hint = f"if no git is at work there, delete {lock[1]} there; the collection is committed here"
            raise GitError(f"a git is at work in `{remote.name}`, or was ended there", hint)
        if answer and (not answer[1] or "lock" in answer[2] or "failed to update" in answer[2]):
            raise PushRejected(f"`{remote.name}` has something newer")
        if not answer and "fatal:" in done.err:
            raise _unreachable(remote, done)
        words_of_it = _last_words(done.err) or (answer[2] if answer else "a hook refused")
        hint = "the collection is committed here; sync again when that is mended"
        raise GitError(f"`{remote.name}` got nothing: {words_of_it}", hint)


def run(
    folder: Path,
    environ: Mapping[str, str],
    *words: str,
    given: bytes = b"",
    index: Path | None = None,
    watch: Watch = unwatched,
) -> Output:
    """Run git in `folder`, without a pager, in English, on another `index` if given. Raises GitError without a git.

    `watch` is told while it works, but only before where it may ask for a password, which stands in the terminal then.
    Git gets a process group of its own where it writes files, so that Ctrl-C does not stop it half-way.
    """
    import subprocess
    import tempfile

    command = ["git", "--no-pager", "--literal-pathspecs", *words]
    talks = any(word in ("fetch", "push", "ls-remote", "commit", "commit-tree") for word in words)
    keyboard = talks and not given and _asks()
    # A file and no pipe: `communicate` loses what is left of its input where it ran out of time.
    with tempfile.TemporaryFile() as source:
        source.write(given)
        source.seek(0)
        try:
            process = subprocess.Popen(
                command, cwd=folder, env=_clean(environ, index), process_group=None if talks else 0,
                stdin=None if keyboard else source, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
        except FileNotFoundError:
            hint = "install git; or share the folder without it, which needs no command"
            raise GitError("git is not installed", hint) from None
    with process, doing(watch, _WAITING):
        while True:
            try:
                out, err = process.communicate(timeout=None if keyboard else _TELL)
                break
            except subprocess.TimeoutExpired:
                watch(_WAITING, 0, None)
    return Output(process.returncode, out, err.decode("utf-8", "replace"))


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until this is done."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if pressed:
            raise KeyboardInterrupt


def _asks() -> bool:
    """Whether somebody sits at the keyboard who can be asked for a password."""
    import sys

    return sys.stdin is not None and sys.stdin.isatty()


def _clean(environ: Mapping[str, str], index: Path | None) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name not in _HERE}
    quiet = {} if _asks() else {"GIT_TERMINAL_PROMPT": "0"}
    quiet |= {} if index is None else {"GIT_INDEX_FILE": str(index)}
    return kept | quiet | {"LC_ALL": "C", "GIT_EDITOR": "true", "GIT_MERGE_AUTOEDIT": "no"}


def _version(root: Path, environ: Mapping[str, str]) -> tuple[int, ...]:
    said = run(root, environ, "version").text
    found = re.search(r"(\d+)\.(\d+)", said)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    if version < OLDEST:
        raise GitError(f"git is too old: {said or 'of no version'}", f"{'.'.join(map(str, OLDEST))} or later is needed")
    return version


def _no_repository(root: Path, done: Output) -> GitError:
    if "dubious ownership" in done.err or "unsafe repository" in done.err:
        message = f"{root} belongs to another user, so git does not work in it"
        return GitError(message, f"if you trust it: git config --global --add safe.directory {root}")
    damaged = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    if "not a git repository" in done.err and damaged:
        message = f"the repository {damaged} is damaged: git does not know its own folder {damaged / '.git'} any more"
        hint = f"your files are not touched; clone it anew elsewhere, and move the clone's .git to {damaged}"
        return GitError(message, hint)
    if "not a git repository" in done.err:
        return NoRepository(f"{root} is in no git repository", f"make it one: srs init --git {root}")
    if "must be run in a work tree" in done.err:
        return GitError(f"{root} is inside of git's own folder", "clone it: git clone REPOSITORY DIR")
    return _refused("rev-parse", done, root)


def _refused(what: str, done: Output, folder: Path) -> GitError:
    if _LOCKED in done.err:
        message = "another git is at work in this repository"
        return GitError(message, f"wait for it and repeat; if there is none, delete {folder / 'index.lock'}")
    if what == "commit" and (done.text or done.err):
        return GitError(f"git refused the commit: {_last_words(done.err) or _last_words(done.text)}", "see: git status")
    return GitError(f"git {what} failed: {_last_words(done.err) or f'exit code {done.code}'}", "see: git status")


def _unreachable(remote: Remote, done: Output) -> Unreachable:
    hint = "the collection is committed here; sync again when it can be reached"
    return Unreachable(f"`{remote.name}` could not be reached: {_last_words(done.err)}", hint)


def _last_words(said: str) -> str:
    """The line of an error that says most: git's own, or the last."""
    lines = [line.removeprefix("remote: ").strip() for line in said.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("hint:", "error: failed to push some refs"))]
    first = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1] if lines else "")
    return first.removeprefix("fatal: ").removeprefix("error: ").rstrip(".")


def _parts(out: bytes) -> list[str]:
    return [part for part in out.decode("utf-8", "surrogateescape").split("\0") if part]


def _tree_line(line: str) -> tuple[str, str, str, str]:
    """The three words before the tab, and the path after it."""
    words, _, path = line.partition("\t")
    one, two, three = words.split()
    return one, two, three, path
