"""The pages of mass payments: upload a file, read the preview, confirm, follow the progress, download the results."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import OVERSEERS, TREASURY
from conversion.errors import NotFound
from payments.owners import wallet_of
from web.body_limit import takes_files
from web.forms import PinForm
from web.refusals import a_page, refusals_as_messages, refusals_on

from . import files, queries, service
from .forms import MassPaymentForm
from .models import MassPayment

A_PAGE = 20


@takes_files
@role_required(*OVERSEERS)
@a_page
def mass_payments(request: SignedInRequest) -> HttpResponse:
    """Lists the mass payments, with a form for a new one."""
    if request.method == "POST" and not _may_make(request):
        raise PermissionDenied
    initial = {"title": request.GET.get("title", "")[:80]}
    form = MassPaymentForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        title, rows, key = (form.cleaned_data[name] for name in ("title", "file", "key"))
        with refusals_on(form):
            prepared = service.prepare(maker=request.user, title=title, rows=rows, key=key)
            return _to_known(request, prepared) if prepared.key != key else _to(prepared)
    page = Paginator(queries.mass_payments_of(request.user), A_PAGE).get_page(request.GET.get("page", "1"))
    context = {"form": form, "page": page, "may_make": _may_make(request)}
    if context["may_make"]:
        context["wallet"] = wallet_of(request.user)
    return render(request, "staff/mass_payments.html", context, status=form.status)


@sensitive_post_parameters("pin")
@role_required(*OVERSEERS)
@a_page
def mass_payment(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Shows a mass payment: first the preview, after the PIN the progress, at the end the results."""
    found = queries.mass_payment_for(request.user, reference)
    form = PinForm(request.POST or None)
    if request.method == "POST":
        _require_own(request, found)
        if form.is_valid():
            with refusals_on(form):
                service.confirm(maker=request.user, mass_payment=found, pin=form.cleaned_data["pin"])
                return _to(found)
    return render(request, "staff/mass_payment.html", _as_shown(request, found, form), status=form.status)


@role_required(*TREASURY)
@require_POST
def cancel_mass_payment(request: SignedInRequest, reference: UUID) -> HttpResponse:
    found = _own(request, reference)
    with refusals_as_messages(request):
        service.cancel(maker=request.user, mass_payment=found)
        messages.success(request, _("Cancelled. Nothing was paid."))
    return _to(found)


@role_required(*TREASURY)
@require_POST
def pay_declined(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Prepares a draft of the declined rows and shows its preview."""
    found = _own(request, reference)
    with refusals_as_messages(request):
        return _to(service.prepare_declined(maker=request.user, mass_payment=found))
    return _to(found)


@role_required(*OVERSEERS)
@require_safe
def mass_payment_results(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Downloads every row with its result as a CSV file."""
    found = queries.mass_payment_for(request.user, reference)
    response = HttpResponse(files.results(queries.rows_of(found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mass-payment-{found.reference}.csv"'
    return response


def _as_shown(request: SignedInRequest, found: MassPayment, form: PinForm) -> dict[str, object]:
    tally = queries.tally_of(found)
    wanted = request.GET.get("show", "")
    shown = wanted if wanted in queries.SHOWN else _most_telling(found, tally)
    available, is_own = found.source.available, _is_own(request, found)
    return {
        "mass_payment": found,
        "tally": tally,
        "form": form,
        "is_own": is_own,
        "may_confirm": is_own and found.is_draft and not tally.problems,
        "show": shown,
        "page": queries.rows_page(found, show=shown, after=_line(request)),
        "after": _line(request),
        "available": available,
        "afterwards": available - found.total,
        "missing": found.total - available if found.total > available else None,
        "was_title_paid": found.is_draft and queries.was_title_paid(found),
        "is_paused": queries.is_paused(found),
        "has_updates": request.GET.get("updates") != "off",
    }


def _most_telling(found: MassPayment, tally: queries.Tally) -> str:
    if found.is_draft and tally.problems:
        return "problems"
    return "declined" if found.is_finished and tally.declined else "all"


def _line(request: HttpRequest) -> int:
    """The line of the file after which the page begins; 0 where the address has no usable number."""
    typed = request.GET.get("after", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


def _may_make(request: SignedInRequest) -> bool:
    return request.user.role in TREASURY


def _own(request: SignedInRequest, reference: UUID) -> MassPayment:
    found = queries.mass_payment_for(request.user, reference)
    _require_own(request, found)
    return found


def _require_own(request: SignedInRequest, found: MassPayment) -> None:
    """Raises NotFound unless the user made it: others may read it, but only its maker may pay from the maker's wallet.

    A maker who is no longer a treasurer or administrator counts as another person.
    """
    if not _is_own(request, found):
        raise NotFound


def _is_own(request: SignedInRequest, found: MassPayment) -> bool:
    return found.maker == request.user and _may_make(request)


def _to(found: MassPayment) -> HttpResponse:
    return redirect("staff:mass_payment", found.reference)


def _to_known(request: HttpRequest, found: MassPayment) -> HttpResponse:
    messages.info(request, _("You uploaded this file under this title before. This is that mass payment."))
    return _to(found)
