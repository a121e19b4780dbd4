"""The version of this program. What packs it reads it here, and `srs --version` need not ask what is installed."""

VERSION = "0.1.0"
