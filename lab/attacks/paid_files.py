"""X5, for mass payments: a file that is confirmed many times at one moment is paid once."""

from __future__ import annotations

import time
from functools import partial

from treasury.models import MassPayment

from . import people
from .books import moved_by
from .browser import Letter
from .figure import Means, Result

PATIENCE_S = 60.0  # until the worker has paid


def paid_twice(means: Means, result: Result) -> None:
    """Confirmed on its page and by the JSON API, all at once, while it is cancelled as well."""
    for also_cancelled in (False, True):
        file = people.new_mass_payment(means)
        page = f"/staff/mass-payments/{file.reference}/"
        browser, program = people.browser(means, "treasurer"), people.program(means, "treasurer")
        letters = [browser.form(page, {"pin": means.cast.pin}) for _ in range(4)]
        letters += [program.letter("POST", f"/api/v1/mass-payments/{file.reference}/confirm") for _ in range(4)]
        if also_cancelled:
            letters.append(browser.form(f"{page}cancel/"))
            means.chance.shuffle(letters)
        _, moved = moved_by(partial(_send_and_wait, means, letters, file))
        file.refresh_from_db()
        expected = -file.total_minor if file.is_finished else 0
        result.check(moved.get(file.source_id, 0) == expected, f"a mass payment that is {file.status} moved {moved}")


def _send_and_wait(means: Means, letters: list[Letter], file: MassPayment) -> None:
    """Waits until the worker has paid the file, or it was cancelled. Raises NotSet."""
    means.door.send(letters)
    give_up_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at:
        file.refresh_from_db()
        if file.ended_at is not None:
            return
        time.sleep(0.2)
    raise people.NotSet(f"the worker did not finish a mass payment, which is {file.status}")
