"""Setting the rules: each time a new row, which keeps who set them and when."""

from __future__ import annotations

from accounts.models import User

from .models import Rules
from .queries import current


def set_rules(*, by: User, **values: int) -> Rules:
    """The rules from now on. Values that are not named stay as they are. The same values again make no new row."""
    now = current()
    fields = [field.name for field in Rules._meta.fields if field.name not in ("id", "made_by", "made_at")]
    present = {name: getattr(now, name) for name in fields}
    if now.pk is not None and present | values == present:
        return now
    return Rules.objects.create(made_by=by, **present | values)
