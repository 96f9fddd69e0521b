"""`python -m runtime.web_process SOCKET THREADS`: granian on a Unix socket, which cuts no request when SIGTERM ends it.

By itself, granian stops listening at SIGTERM. A client that had just connected, and waited to be accepted, would be
cut off. So the socket's name is removed first: the front then connects to another web process, and whoever is connected
already is still accepted. Then granian ends when it has answered what it works on. There is no limit for that here: the
supervisor has one for its own end, and kills a web process that nobody can reach any more.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

PROJECT = Path(__file__).resolve().parents[1]
ACCEPTED_WITHIN_S = 0.3


class WebProcess(MPServer):
    def __init__(self, path: Path, threads: int) -> None:
        self._path = path
        super().__init__(
            "wallet_site.wsgi:application",
            uds=path,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            blocking_threads=threads,
            log_level=LogLevels.warning,
            working_dir=PROJECT,
        )

    def shutdown(self, exit_code: int = 0) -> None:
        self._path.unlink(missing_ok=True)
        time.sleep(ACCEPTED_WITHIN_S)
        super().shutdown(exit_code)


if __name__ == "__main__":
    WebProcess(Path(sys.argv[1]), int(sys.argv[2])).serve()
