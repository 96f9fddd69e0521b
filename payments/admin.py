"""Payment requests, top-ups and quotes in Django's admin, read-only."""

from __future__ import annotations

from django.contrib import admin

from payments.requests.models import PaymentRequest
from payments.top_ups.models import TopUp
from payments.transfers.models import Quote
from web.read_only_admin import ReadOnly


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
