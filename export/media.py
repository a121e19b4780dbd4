"""Pictures and sounds that field HTML names: found in the media folder, named by content. Knows no packages."""

import hashlib
import html
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

_TAG = re.compile(r"<(?:img|audio|video|source|object)\b[^>]*>", re.IGNORECASE)
_NAME = re.compile(r"""(?<=\s)((?:src|data)\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_SOUND = re.compile(r"\[sound:([^\]]*)\]")
_STATIC = re.compile(r"""["'(=]\s*(_[^"'()<>\s]+)""")
_ELSEWHERE = re.compile(r"(?!file:)(?:[a-z][a-z0-9+.-]+:|//)", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


class MediaError(Exception):
    """A media name that cannot be followed; the text says why."""


def rewrite(text: str, replace: Callable[[str], str]) -> str:
    """`text` with each media name put through `replace`. Names arrive decoded; links to the web are left alone."""
    # A closing mark must follow somewhere, or a stranger's row of openings would be searched to the end once for each.
    if "<" in text and (end := text.rfind(">") + 1):
        text = _TAG.sub(lambda tag: _NAME.sub(lambda name: _attribute(name, replace), tag[0]), text[:end]) + text[end:]
    if "[sound:" in text and (end := text.rfind("]") + 1):
        text = _SOUND.sub(lambda sound: f"[sound:{_swap(sound[1], replace)}]", text[:end]) + text[end:]
    return text


def static_names(text: str) -> set[str]:
    """Names of files with a leading underscore that a template or a style sheet uses (fonts, scripts)."""
    return set(_STATIC.findall(text))


def _attribute(match: re.Match[str], replace: Callable[[str], str]) -> str:
    quote = match[2][0] if match[2][0] in "\"'" else ""
    inner = match[2].strip(quote) if quote else match[2]
    return f"{match[1]}{quote}{_swap(inner, replace)}{quote}"


def _swap(written: str, replace: Callable[[str], str]) -> str:
    name = html.unescape(written).strip()
    if not name or _ELSEWHERE.match(name):
        return written
    new = replace(name)
    return written if new == name else html.escape(new)


class MediaFolder:
    """Finds files by the name a card gives, never outside its folder, and remembers what the package must carry."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder.resolve() if folder is not None else None
        self._known: dict[str, str] = {}
        self._named: set[str] = set()
        self._origins: dict[str, str] = {}
        self.files: dict[str, Path] = {}

    def origin(self, name: str) -> str | None:
        """Which file of the folder goes out under the package's `name`, by its path in there; None for a stranger.

        Where equal bytes lie under several names, the one that was met first.
        """
        return self._origins.get(name)

    def by_content(self, name: str) -> str:
        """The package's name for the file `name`: the hash of its bytes. Raises MediaError."""
        if name not in self._known:
            origin, path = self._find(name)
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            suffix = path.suffix.lower()
            new = f"srs-{digest[:24]}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
            self._known[name] = new
            self._origins.setdefault(new, origin)
            self.files[new] = path
        return self._known[name]

    def by_name(self, name: str) -> str:
        """The file `name` under its own name, as Anki wrote it. Raises MediaError."""
        if "/" in name or "\\" in name:
            raise MediaError(f"{name!r}: Anki keeps media in one folder, without subfolders")
        if name not in self._named:
            origin, path = self._find(name)
            new = unicodedata.normalize("NFC", path.name)
            self._origins.setdefault(new, origin)
            self.files[new] = path
            self._named.add(name)
        return name

    def _find(self, name: str) -> tuple[str, Path]:
        """The file's name in the folder, and where it lies."""
        if self._folder is None:
            raise MediaError(f"{name!r}: this collection has no media folder")
        for spelling in _spellings(name):
            _refuse_escape(spelling)
            path = self._folder / spelling
            try:
                real = path.resolve()
                if not real.is_relative_to(self._folder):
                    raise MediaError(f"{name!r}: the link leads out of the media folder")
                if real.is_file():
                    return str(PurePosixPath(spelling)), real
            except (OSError, ValueError, RuntimeError):  # too long, a NUL, a loop of links
                continue
        raise MediaError(f"there is no file {name!r} in the media folder")


def _spellings(name: str) -> list[str]:
    names = [name, unquote(name)]
    forms = [unicodedata.normalize(form, each) for each in names for form in ("NFC", "NFD")]
    return list(dict.fromkeys(names + forms))


def _refuse_escape(name: str) -> None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or re.match(r"[a-zA-Z]:|file:", name):
        raise MediaError(f"{name!r} leads out of the media folder")
