"""Figure R11c: the clock of the timestamp service jumps by an hour and back again, under load.

While it is wrong the web processes are led to a second, real timestamp service that began an hour early or late.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

from lab.scratch.installation import clock_server

from .figure import Attack, Result
from .installation import ScratchInstallation
from .outages import Outage, endure, with_laws

LASTS_S = 3.0
HOUR = dt.timedelta(hours=1)


def clock_jumps(attack: Attack, seconds: float) -> Result:
    """R11c: a jump forward and one backward."""
    result, installation = Result(), attack.installation
    for name, jump in (("an hour ahead", HOUR), ("an hour behind", -HOUR)):
        with _wrong_clock(installation, jump) as port:
            outage = Outage(
                name,
                lambda port=port: _asked_instead(installation, port),  # type: ignore[misc]
                LASTS_S,
                books_nothing=True,
                says=("clock_wrong",),
            )
            endure(attack, result, outage)
    return with_laws(result)


def _wrong_clock(installation: ScratchInstallation, jump: dt.timedelta) -> contextlib.AbstractContextManager[int]:
    return clock_server(installation.place, start_at=dt.datetime.now(dt.UTC) + jump)


@contextlib.contextmanager
def _asked_instead(installation: ScratchInstallation, port: int) -> Iterator[None]:
    right = installation.clock.target
    installation.clock.lead_to(port)
    try:
        yield
    finally:
        installation.clock.lead_to(right)
