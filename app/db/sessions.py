"""The session of a request, or of a task."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm


class Session(orm.Session):
    """A session whose end is no failure when the database went away meanwhile: what was not committed went with it."""

    def close(self) -> None:
        try:
            super().close()
        except sa.exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
            self.invalidate()
