"""How long the property tests look, and that Ctrl-C works, for all tests. Knows nothing of the product."""

import os
import signal

from hypothesis import settings

# `make test` tries the same examples every time, so that a change is what turns it red; `make soak` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# Tests that run in the background start with Ctrl-C ignored, and everything that they start would ignore it as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _number in (signal.SIGQUIT, signal.SIGHUP):
    signal.signal(_number, signal.SIG_DFL)
