"""How much a member has pledged."""

from __future__ import annotations

from django.db import connection

from accounts.models import User


def pledged_by(user: User) -> int:
    """The sum of the user's pledges, in minor units."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT plugged_in_total(%s)", [user.pk])
        return cursor.fetchone()[0]
