"""Unpacking Zstandard, which Anki packs with since 2.1.50. Knows no packages.

Python 3.14 can do it by itself; before that the optional dependency `backports.zstd`, which is the same module, does.
"""

import shlex
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from srs.importers.anki.refused import AGAIN, Refused

_BITE = 1024
"""Bytes that are unpacked at once. Four bytes may stand for 128 KiB, so that one bite gives 32 MiB at most."""
_LARGEST_WINDOW_LOG = 27
"""How far back packed bytes may refer, as a power of two: 128 MiB, which is what `zstd` itself takes unasked."""


def unpacked(blocks: Iterable[bytes], what: str) -> Iterator[bytes]:
    """The bytes that were packed, in pieces of no more than 32 MiB. Raises Refused, also where the end is missing."""
    start, broken = _library()
    frame = None
    for block in blocks:
        for at in range(0, len(block), _BITE):
            bite = block[at : at + _BITE]
            while bite:
                frame = frame or start()
                try:
                    piece = frame.decompress(bite)
                except broken:
                    raise _damaged(what) from None
                if piece:
                    yield piece
                if not frame.eof:
                    break
                bite, frame = frame.unused_data, None
    if frame is not None:
        raise _damaged(what)


def _library() -> tuple[Any, tuple[type[Exception], ...]]:
    """Something that starts unpacking one frame, and what it raises when there is none."""
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        try:
            from backports import zstd
        except ImportError:
            message = "this package is packed with Zstandard, which this Python cannot unpack"
            raise Refused(message, _how_to_install()) from None
    options = {zstd.DecompressionParameter.window_log_max: _LARGEST_WINDOW_LOG}
    return lambda: zstd.ZstdDecompressor(options=options), (zstd.ZstdError, EOFError)


def _how_to_install() -> str:
    """The command for this very Python: `srs` mostly lives in an environment of its own."""
    command = f"{shlex.quote(sys.executable)} -m pip install backports.zstd"
    return f"install it with `{command}`, or tick `Support older Anki versions` in Anki's export"


def _damaged(what: str) -> Refused:
    return Refused(f"{what} is damaged", AGAIN)
