"""The SHA-256 of short texts, by Python itself where it can: `hashlib` loads all of OpenSSL for it. Knows no files."""

try:
    from _sha2 import sha256 as _sha256  # type: ignore[import-not-found]  # Python 3.12
except ImportError:
    try:
        from _sha256 import sha256 as _sha256  # type: ignore[import-not-found]
    except ImportError:
        from hashlib import sha256 as _sha256


def sha256(data: bytes) -> str:
    """In hexadecimal."""
    return str(_sha256(data).hexdigest())
