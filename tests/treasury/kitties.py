"""Exports of other systems, for tests: our own table, and what confirms and imports one."""

from __future__ import annotations

from uuid import uuid4

from accounts.models import User
from conversion.money import currency
from tests.cast import PIN, person
from treasury.imports import booking, files, queries, service
from treasury.imports.archives import File
from treasury.models import Import, ImportRow

MEMBERS = """\
username,name,email,balance
zoe,Zoe Zimmer,zoe@example.org,12.50
yann,Yann Young,,3.00
"""
LINES = """\
username,date,amount,note
zoe,2024-05-01 10:00,20.00,Cash
zoe,2024-05-02 11:30,-7.50,Coffee
yann,2024-05-03 12:00,2.00,Cash
"""


def table(text: str, name: str = "members.csv") -> File:
    return name, text.encode()


def prepared(*exports: File, by: User | None = None, code: str = "GBP") -> Import:
    """A draft of these files, made by the treasurer."""
    unit = currency(code)
    kitty = files.read(list(exports) or [table(MEMBERS)], unit)
    return service.prepare(by=by or person("tess"), kitty=kitty, unit=unit, file_name="export", key=uuid4())


def row(found: Import, number: int = 1) -> ImportRow:
    return queries.row_with(found.rows.get(number=number).reference)


def confirmed(found: Import, *people: str, pin: str = PIN) -> Import:
    """Confirmed by these people, one after the other; by the administrator alone if nobody is named."""
    for name in people or ("admin",):
        found.refresh_from_db()
        found = service.confirm(by=person(name), found=found, revision=found.revision, pin=pin)
    return found


def imported(found: Import, *people: str) -> Import:
    """Confirmed and done, as the worker does it."""
    confirmed(found, *people)
    while booking.import_running():
        pass
    found.refresh_from_db()
    return found
