"""The library for Zstandard under one name: Python's own since 3.14, before that the same from a package. Only this."""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
