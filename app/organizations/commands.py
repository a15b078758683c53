"""`flask organizations` and `flask partnerships` in the terminal."""

from __future__ import annotations

from flask.cli import AppGroup

organizations = AppGroup("organizations")
partnerships = AppGroup("partnerships")
