"""`flask digests` in the terminal."""

from __future__ import annotations

from flask.cli import AppGroup

cli = AppGroup("digests")
