"""The command line. To start it makes a hundred thousand objects that stay; collecting them early finds nothing."""

import gc

gc.set_threshold(50_000, *gc.get_threshold()[1:])
