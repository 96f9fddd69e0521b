"""A mail server for tests, with as much of SMTP as Django speaks, that can be slow, refuse, hang up or hang.

It is our own, since a server library keeps to the protocol, and most of what is tested here does not.
"""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

HANG_UP, HANG = "hang up", "hang"  # instead of an answer
_counting = threading.Lock()


def _well(verb: str) -> str:
    return {"": "220 ready", "DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok")


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a port of its own. `letters` are those that it took, whatever its client heard of it.

    `answers` gives the answer to a verb ("" is the greeting, "." the end of a letter). It may wait, or be HANG or
    HANG_UP. `connections` counts those that were opened, and `most_at_once` is how many were open together.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Session)
        self.port: int = self.server_address[1]
        self.letters: list[EmailMessage] = []
        self.answers: Callable[[str], str] = _well
        self.connections = self.open_now = self.most_at_once = 0
        self.ended = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def refuse(self, verb: str, answer: str) -> None:
        """Answers this verb so from now on, and all others well."""
        self.answers = lambda asked: answer if asked == verb else _well(asked)

    def behave(self) -> None:
        self.answers = _well

    def slow_down(self, seconds: float) -> None:
        def slowly(verb: str) -> str:
            time.sleep(seconds if verb == "." else 0)
            return _well(verb)

        self.answers = slowly

    def ids(self) -> list[str]:
        return [str(letter["Message-ID"]) for letter in self.letters]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints nothing: clients are killed here."""

    def end(self) -> None:
        self.ended.set()
        self.shutdown()
        self.server_close()

    def __enter__(self) -> MailServer:
        return self

    def __exit__(self, *_: Any) -> None:
        self.end()


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def setup(self) -> None:
        super().setup()
        with _counting:
            self.server.connections += 1
            self.server.open_now += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.open_now)

    def finish(self) -> None:
        with _counting:
            self.server.open_now -= 1
        super().finish()

    def handle(self) -> None:
        going_on = self._answer("")
        while going_on and (line := self.rfile.readline()):
            verb = line.decode().split()[0].upper()
            going_on = self._answer(verb) and verb != "QUIT"
            if verb == "DATA" and self.said == "354 go on":
                going_on = self._take()

    def _take(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if not line:
            return False
        letter = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        is_taken = self._answer(".")
        if self.said.startswith("250") or self.said == HANG_UP:
            self.server.letters.append(letter)
        return is_taken

    def _answer(self, verb: str) -> bool:
        """Says what the server answers to this verb. Returns whether the session goes on."""
        self.said = self.server.answers(verb)
        if self.said == HANG:
            self.server.ended.wait()
        if self.said in (HANG, HANG_UP):
            return False
        self.wfile.write(f"{self.said}\r\n".encode())
        return True
