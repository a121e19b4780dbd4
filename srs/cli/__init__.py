"""The command line. To start it makes tens of thousands of objects that stay; collecting them early finds nothing."""

import gc

THRESHOLD = (50_000, *gc.get_threshold()[1:])
gc.set_threshold(*THRESHOLD)
