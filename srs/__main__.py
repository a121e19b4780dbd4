"""`python -m srs` is the command `srs`."""

from srs.cli.app import main

main()
