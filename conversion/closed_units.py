"""Units that the settings named once and name no longer.

`migrate` writes each unit of the installation's own down. So the wallets of a closed unit are still shown and can pay
each other, but nobody chooses the unit any more, and it has no rate.
"""

from __future__ import annotations

from functools import cache

from django.db import connection

from .models import OwnUnit
from .money import Currency
from .units import CODE, iso_codes


def closed_unit(code: str) -> Currency | None:
    """The unit with this code; None if there never was one."""
    if connection.vendor != "postgresql" or not CODE.fullmatch(code) or code in iso_codes():
        return None
    return _stored().get(code)


@cache
def _stored() -> dict[str, Currency]:
    """Read once in a process: only `migrate` writes the table, and processes are restarted after it."""
    return {unit.code: Currency(unit.code, unit.decimals, unit.name, is_iso=False) for unit in OwnUnit.objects.all()}
