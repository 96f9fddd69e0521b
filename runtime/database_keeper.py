"""Restarting the embedded database, with pauses while it does not start."""

from __future__ import annotations

import logging
import time

from .embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

log = logging.getLogger("supervisor")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 5.0  # within ten seconds after somebody made room on a full disk, all must be well again


class DatabaseKeeper:
    """Called again and again: starts the database where it ended.

    A start that fails, as on a full disk, is tried again after a pause, and ends nothing: the pages say 503 meanwhile,
    and all is well again once there is room.
    """

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._pause_s, self._try_at = FIRST_PAUSE_S, 0.0

    def __call__(self) -> None:
        if time.monotonic() < self._try_at or self._server.is_alive():
            return
        log.warning("the database ended; starting it again")
        try:
            self._server.ensure_running()
        except (EmbeddedPostgresError, OSError) as error:
            log.error("the database does not start: %s; trying again in %.0f s", error, self._pause_s)
            self._try_at = time.monotonic() + self._pause_s
            self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
        else:
            self._pause_s = FIRST_PAUSE_S
