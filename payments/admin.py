"""The ledger in Django's admin: to look at, never to touch."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .models import AuditRun, PaymentRequest, Quote, TopUp, Transfer, Wallet


class ReadOnly(admin.ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Wallet)
class WalletAdmin(ReadOnly):
    list_display = ["id", "purpose", "owner", "currency_code", "settled", "held", "running", "floor"]
    list_filter = ["purpose", "currency_code"]
    list_select_related = ["owner"]
    search_fields = ["owner__username"]


@admin.register(Transfer)
class TransferAdmin(ReadOnly):
    list_display = ["reference", "kind", "outcome", "made_by", "paid", "received", "made_at", "booked_at", "stamped"]
    list_filter = ["kind", "outcome", "stamped"]
    list_select_related = ["made_by", "source", "target"]
    search_fields = ["reference", "made_by__username", "note"]


@admin.register(PaymentRequest)
class PaymentRequestAdmin(ReadOnly):
    list_display = ["reference", "requester", "payer", "amount", "status", "created_at"]
    list_filter = ["status"]
    list_select_related = ["requester", "payer", "wallet"]


@admin.register(TopUp)
class TopUpAdmin(ReadOnly):
    list_display = ["transfer", "wallet", "amount", "method", "verified", "booked_at"]
    list_filter = ["method", "verified"]
    list_select_related = ["transfer", "wallet"]


@admin.register(Quote)
class QuoteAdmin(ReadOnly):
    list_display = ["reference", "maker", "source_amount", "target_amount", "rate", "expires_at"]
    list_select_related = ["maker", "source", "target"]


@admin.register(AuditRun)
class AuditRunAdmin(ReadOnly):
    list_display = ["at", "breaches"]
