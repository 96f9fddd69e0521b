"""One's own wallet: its history, filling it, and what happened."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from payments import queries
from payments.exceptions import PaymentError
from payments.forms import TopUpForm
from payments.services import notifications as notices
from payments.services import reversals, topups

from .refusals import a_page, show


@login_required
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("before") or None
    try:
        wallet, entries = queries.wallet_and_activity(request.user, before=before, limit=queries.PAGE + 1)
    except queries.BadCursor as error:
        raise Http404 from error
    entries, more = entries[: queries.PAGE], entries[queries.PAGE :]
    older = entries[-1].cursor if more else None
    context = {"wallet": wallet, "rows": _undoable(request, entries), "older": older, "before": before}
    return render(request, "payments/history.html", context)


def _undoable(request: HttpRequest, entries: list[queries.Activity]) -> list[tuple[queries.Activity, UUID | None]]:
    """Each entry, with a key to undo it where that is still possible."""
    maker = request.user
    can_undo = [
        not entry.is_undone and not entry.is_refunded and reversals.can_undo(maker=maker, transfer=entry)
        for entry in entries
    ]
    return [(entry, uuid4() if possible else None) for entry, possible in zip(entries, can_undo, strict=True)]


@login_required
@a_page
def top_up(request: HttpRequest) -> HttpResponse:
    wallet = queries.wallet_of(request.user)
    form, status, cap, left = TopUpForm(request.POST or None, currency=wallet.currency), 200, None, None
    if request.method == "POST" and form.is_valid():
        try:
            transfer = topups.top_up_on_trust(member=request.user, **form.cleaned_data)
        except PaymentError as refusal:
            status = show(refusal, form)
        else:
            messages.success(request, _("Topped up."))
            return redirect("payments:receipt", transfer.reference)
    try:
        cap, left = topups.left_today(request.user)
    except PaymentError as refusal:
        messages.warning(request, str(refusal))
    context = {"form": form, "wallet": wallet, "cap": cap, "left": left}
    return render(request, "payments/top_up.html", context, status=status)


@login_required
@a_page
def notifications(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        notices.mark_all_read(request.user)
        return redirect("payments:notifications")
    return render(request, "payments/notifications.html", {"notifications": queries.notifications_of(request.user)})
