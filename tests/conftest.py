"""What holds for all tests: how long property tests look, where is written, how many run at once, that Ctrl-C works.

Knows nothing of the product.
"""

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Generator

import pytest
from hypothesis import settings

# `make test` tries the same examples every time, so that a change is what turns it red; `make soak` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

MEMORY, ROOM = "/dev/shm", 4 << 30
"""A folder in memory as Linux has it, and how many bytes must be free there."""


def in_memory() -> bool:
    """Whether files in memory would do: there is room, programs may run from there, and nobody chose another place."""
    try:
        there = os.statvfs(MEMORY)
    except OSError:
        return False
    usable = os.access(MEMORY, os.W_OK) and not there.f_flag & getattr(os, "ST_NOEXEC", 0)
    return usable and there.f_bavail * there.f_frsize > ROOM and "TMPDIR" not in os.environ


# srs and git see to it that what they write is on the disk, thousands of times in all.
if in_memory():
    os.environ["TMPDIR"] = tempfile.tempdir = MEMORY

# Without it every worker, and every program that a test starts, would compile each module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is made when tests are collected stays to the end: nobody needs to look through it for what can go."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: the tests in terminals wait for each other's screens."""
    return (os.cpu_count() or 1) + 1


# Tests that run in the background start with Ctrl-C ignored, and everything that they start would ignore it as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _number in (signal.SIGQUIT, signal.SIGHUP):
    signal.signal(_number, signal.SIG_DFL)
