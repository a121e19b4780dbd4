"""Fixtures for the tests that cause faults."""

from collections.abc import Iterator

import pytest

from tests.faults.helpers import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A process with everything imported, from which jobs are forked."""
    process = Server()
    yield process
    process.close()
