"""Restarting the embedded database, with pauses while it does not start."""

from __future__ import annotations

import logging
import time

from .embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

log = logging.getLogger("supervisor")

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 5.0  # within ten seconds after somebody made room on a full disk, all must be well again


class DatabaseKeeper:
    """Called again and again: starts the database where it ended, and never waits for it.

    While it recovers, which may take long, the other processes are looked after as always. A start that fails, as on a
    full disk, is tried again after a pause, and ends nothing: the pages say 503 meanwhile, and all is well again once
    there is room.
    """

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._is_starting = False
        self._pause_s, self._try_at = FIRST_PAUSE_S, 0.0

    def __call__(self) -> None:
        if self._server.is_alive():
            if self._is_starting and self._server.has_started():
                self._is_starting, self._pause_s = False, FIRST_PAUSE_S
            return
        if time.monotonic() < self._try_at:
            return
        if self._is_starting:
            self._is_starting = False
            self._pause(self._server.last_words())
            return
        log.warning("the database ended; starting it again")
        try:
            self._server.start_again()
        except (EmbeddedPostgresError, OSError) as error:
            self._pause(str(error))
        else:
            self._is_starting = True

    def _pause(self, reason: str) -> None:
        log.error("the database does not start: %s; trying again in %.0f s", reason, self._pause_s)
        self._try_at = time.monotonic() + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
