"""Asks the source of the rates that the settings name, by HTTP. No other address is ever asked."""

from __future__ import annotations

import time

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from .documents import Document, read

LARGEST_BYTES = 1_000_000  # the ECB's daily file has 2,000
SILENCE_S = 5.0
WHOLE_S = 20.0


class NotFetched(Exception):
    """The source gave no document. The text says why, and never has the address, since the key may be in it."""


def fetch() -> Document:
    """The present document of RATES_SOURCE. Raises NotFetched, Unusable."""
    return read(settings.RATES_SOURCE, _body())


def _body() -> bytes:
    ends_at = time.monotonic() + WHOLE_S
    with requests.Session() as session:
        session.trust_env = False  # no proxy and no .netrc file of the machine
        try:
            with session.get(
                settings.RATES_URL.replace("{key}", settings.RATES_KEY),
                headers=_headers(),
                timeout=SILENCE_S,
                allow_redirects=False,
                stream=True,
            ) as answer:
                if answer.status_code != 200:
                    raise NotFetched(f"the source of the rates answered with status {answer.status_code}")
                return _all_of(answer, ends_at)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            reason = type(error).__name__
    # Outside the `except`, so that no traceback shows the address.
    raise NotFetched(f"the source of the rates gave no answer ({reason})")


def _headers() -> dict[str, str]:
    """Compressed answers are not asked for, since a small one can become a huge one."""
    headers = {"Accept-Encoding": "identity"}
    if settings.RATES_KEY and "{key}" not in settings.RATES_URL:
        headers["Authorization"] = f"Bearer {settings.RATES_KEY}"
    return headers


def _all_of(answer: requests.Response, ends_at: float) -> bytes:
    body = b""
    while piece := answer.raw.read1(LARGEST_BYTES, decode_content=False):
        body += piece
        if len(body) > LARGEST_BYTES:
            raise NotFetched("the answer of the source is too long")
        if time.monotonic() > ends_at:
            raise NotFetched("the answer of the source takes too long")
    return body
