"""The session of a request, or of a task."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import orm


class Session(orm.Session):
    """A session whose end is no failure when the database went away meanwhile: what was not committed went with it."""

    def close(self) -> None:
        # Nothing is collected while its state is written to, which Python before 3.12 may not survive; see app.garbage.
        held = self.identity_map.values()
        try:
            super().close()
        except sa.exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
            self.invalidate()
        finally:
            del held
