from __future__ import annotations

from django.contrib import admin

from web.read_only_admin import ReadOnly

from .models import AuditRun, Transfer, VerificationRun, Wallet


@admin.register(Wallet)
class WalletAdmin(ReadOnly):
    list_display = ["id", "purpose", "owner", "currency_code", "settled", "held", "running", "floor"]
    list_filter = ["purpose", "currency_code"]
    list_select_related = ["owner"]
    search_fields = ["owner__username"]


@admin.register(Transfer)
class TransferAdmin(ReadOnly):
    list_display = [
        "reference",
        "kind",
        "outcome",
        "made_by",
        "paid",
        "received",
        "made_at",
        "booked_at",
        "timestamped",
    ]
    list_filter = ["kind", "outcome", "timestamped"]
    list_select_related = ["made_by", "source", "target"]
    search_fields = ["reference", "made_by__username", "note"]


@admin.register(AuditRun)
class AuditRunAdmin(ReadOnly):
    list_display = ["at", "breaches"]


@admin.register(VerificationRun)
class VerificationRunAdmin(ReadOnly):
    list_display = ["at", "seals", "findings"]
