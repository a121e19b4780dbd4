"""Unpacking Zstandard, which Anki packs with since 2.1.50. Knows no packages."""

from collections.abc import Iterable, Iterator

from srs.importers.anki.refused import AGAIN, Refused

_BITE = 1024
"""Bytes that are unpacked at once. Four bytes may stand for 128 KiB, so that one bite gives 32 MiB at most."""
_LARGEST_WINDOW_LOG = 27
"""How far back packed bytes may refer, as a power of two: 128 MiB, which is what `zstd` itself takes unasked."""


def unpacked(blocks: Iterable[bytes], what: str) -> Iterator[bytes]:
    """The bytes that were packed, in pieces of no more than 32 MiB. Raises Refused, also where the end is missing."""
    from srs.zstandard import zstd

    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _LARGEST_WINDOW_LOG}
    frame = None
    for block in blocks:
        for at in range(0, len(block), _BITE):
            bite = block[at : at + _BITE]
            while bite:
                frame = frame or zstd.ZstdDecompressor(options=options)
                try:
                    piece = frame.decompress(bite)
                except (zstd.ZstdError, EOFError):
                    raise _damaged(what) from None
                if piece:
                    yield piece
                if not frame.eof:
                    break
                bite, frame = frame.unused_data, None
    if frame is not None:
        raise _damaged(what)


def _damaged(what: str) -> Refused:
    return Refused(f"{what} is damaged", AGAIN)
