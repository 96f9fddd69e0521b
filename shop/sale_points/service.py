"""Making and changing sale points. Each change is written down with who made it and when."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from conversion.money import Currency

from .errors import SalePointNameTaken
from .models import SalePoint, SalePointChange


@transaction.atomic
def make_sale_point(*, name: str, kind: str, currency: Currency, by: User, **fields: Any) -> SalePoint:
    """Raises SalePointNameTaken."""
    _require_free(name)
    made = SalePoint.objects.create(name=name, kind=kind, currency_code=currency.code, **fields)
    SalePointChange.objects.create(sale_point=made, what=_("Made"), made_by=by)
    return made


@transaction.atomic
def change_sale_point(sale_point: SalePoint, *, by: User, **fields: Any) -> None:
    """Changes these fields, and writes down those that were others before. Raises SalePointNameTaken."""
    before = SalePoint.objects.select_for_update(no_key=True).get(pk=sale_point.pk)
    if fields.get("name", before.name) != before.name:
        _require_free(fields["name"])
    changed = [field for field in fields if getattr(before, field) != fields[field]]
    for field in changed:
        setattr(sale_point, field, fields[field])
        what = f"{field}: {getattr(before, field)} → {fields[field]}"
        SalePointChange.objects.create(sale_point=sale_point, what=what, made_by=by)
    sale_point.save(update_fields=changed)


def _require_free(name: str) -> None:
    if SalePoint.objects.filter(name=name).exists():
        raise SalePointNameTaken
