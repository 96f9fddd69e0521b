"""What the treasurer of the demo does: pays volunteers by a mass payment."""

from __future__ import annotations

import datetime as dt

from payments.acting import PIN, Stage

from . import files, payouts, service

WAGES = """\
payee,amount,note
alice,24.00,Kitchen
bob,18.50,Front door
emeka,31.00,Repairs
cass,24.00,Till
"""


def _pay_wages(stage: Stage) -> None:
    rows, tess = files.read(WAGES.encode()), stage.people["tess"]
    title = f"Volunteers, {dt.datetime.now(dt.UTC):%B}"
    wages = service.prepare(maker=tess, title=title, rows=rows, key=stage.key())
    service.confirm(maker=tess, mass_payment=wages, pin=PIN)
    payouts.pay_running()  # the worker may not be running; if it is, each row is still paid once


LAST = [_pay_wages]
