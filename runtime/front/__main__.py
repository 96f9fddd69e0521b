"""`python -m runtime.front DIRECTORY HOST:PORT UPSTREAM …`: becomes Caddy, in a container.

It serves the names in ALLOWED_HOSTS, or DOMAIN with a certificate by ACME. CADDY names another binary.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from . import Front, environment_of_front, names_of


def main(directory: str, listen: str, *upstreams: str) -> None:
    host, _, port = listen.rpartition(":")
    front = Front(
        Path(directory),
        host,
        int(port),
        names=names_of(name.strip() for name in os.environ["ALLOWED_HOSTS"].split(",")),
        domain=os.environ.get("DOMAIN", ""),
        binary=Path(os.environ["CADDY"]) if "CADDY" in os.environ else None,
        upstreams=upstreams,
    )
    command = front.command()
    os.execve(command[0], command, environment_of_front(dict(os.environ), front.directory))


if __name__ == "__main__":
    main(*sys.argv[1:])
