"""The format of the journal that this version writes and wholly understands. Knows nothing else."""

from typing import Final

FORMAT: Final = 1
