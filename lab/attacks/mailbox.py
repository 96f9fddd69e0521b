"""The e-mails of an installation that writes them into files."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from pathlib import Path

BETWEEN = b"-" * 79 + b"\n"  # Django's file backend writes this line after each letter


@dataclass(frozen=True)
class Mailbox:
    directory: Path

    def letters_to(self, address: str) -> list[str]:
        """The texts of the letters to this address, in the order in which they were written."""
        found = []
        for path in sorted(self.directory.iterdir(), key=lambda path: path.stat().st_mtime_ns):
            for raw in path.read_bytes().split(BETWEEN):
                letter = email.message_from_bytes(raw, policy=email.policy.default)
                text = letter.get_body(("plain",))
                if text is not None and address in str(letter["To"]):
                    found.append(text.get_content())
        return found
