"""Asking our own front or web process whether it is ready: for `./wallet run`, and for the health checks of containers.

`python -m runtime.probe URL` exits with 0 where the URL answers 200. It names the first of ALLOWED_HOSTS as the host.
"""

from __future__ import annotations

import os
import ssl
import sys
import urllib.error
import urllib.request


def ask(url: str, *, name: str) -> str:
    """ "ready" where the URL answers 200; otherwise the reason why not.

    The certificate is not verified: what answers is on this machine, and its certificate is for the name that people
    type. The request says that it came by HTTPS, as the front's requests do, or it would be redirected to that name.
    """
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the default context would read every authority
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=unverified)
    request = urllib.request.Request(url, headers={"Host": name, "X-Forwarded-Proto": "https"})  # noqa: S310
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=5):
            return "ready"
    except urllib.error.HTTPError as error:
        return error.read(2000).decode(errors="replace")
    except OSError as error:
        return str(error)


if __name__ == "__main__":
    reason = ask(sys.argv[1], name=os.environ["ALLOWED_HOSTS"].split(",")[0].strip())
    sys.exit(None if reason == "ready" else reason)
