"""The processes of an installation besides its database, for the supervisor. The module works without Django's apps."""

from __future__ import annotations

import sys
from pathlib import Path

from runtime.certificates import Certificates
from runtime.supervisor import Service

PROJECT = Path(__file__).resolve().parents[1]


def services_of(environment: dict[str, str], tls: Certificates, host: str, port: int, processes: int) -> list[Service]:
    """Every process of `./wallet run`: `processes` web processes that share one port, and the services beside them."""
    at = ["--host", host, "--port", str(port), "--blocking-threads", "2"]
    at += ["--ssl-certificate", str(tls.certificate), "--ssl-keyfile", str(tls.key)]
    return [
        *services_beside(environment),
        *(Service(f"web {number}", granian(*at), environment) for number in range(1, processes + 1)),
    ]


def granian(*words: str) -> list[str]:
    """The command of a granian web server for wallet_site, with these options."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--no-ws"]
    command += ["--log-level", "warning", "--working-dir", str(PROJECT)]
    return [*command, *words, "wallet_site.wsgi:application"]


def services_beside(environment: dict[str, str]) -> list[Service]:
    """The services beside the web processes: the timestamp service, the conversion service and the worker."""
    clock_port = environment["TIMESTAMP_SERVERS"].rpartition(":")[2]
    conversion_port = environment["CONVERSION_URL"].rpartition(":")[2]
    at = ["--host", "127.0.0.1", "--port", conversion_port, "--blocking-threads", "4"]
    bare = environment | {"DJANGO_SETTINGS_MODULE": "wallet_site.bare_settings"}
    return [
        Service("timestamp", manage("timestamp_server", "--port", clock_port), bare),
        Service("conversion", granian(*at), bare),
        Service("worker", manage("worker"), environment),
    ]


def manage(*words: str) -> list[str]:
    """The command that runs `manage.py` with these words."""
    return [sys.executable, str(PROJECT / "manage.py"), *words]
