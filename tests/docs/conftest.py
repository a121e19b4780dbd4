"""The warm process of the tests of the command line, for those of the documentation."""

from tests.cli.conftest import warm

__all__ = ["warm"]
