"""How long the property tests look, for all tests. Knows nothing of the product."""

import os

from hypothesis import settings

# `make test` tries the same examples every time, so that a change is what turns it red; `make soak` looks for new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
