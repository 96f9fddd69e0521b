"""The pages of imports: upload, preview, choices, confirm, progress, results; and what a member had before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import ADMINISTRATORS, OVERSEERS, TREASURY
from conversion.money import currency
from payments.importers import product_importers
from web.body_limit import takes_files
from web.forms import PinForm
from web.refusals import a_page, refusals_as_messages, refusals_on

from . import cards as printing
from . import endings, files, queries, service
from . import products as goods
from . import results as written
from .forms import ChoiceForm, ConfirmForm, ImportForm, ManyForm, SellerForm
from .kitties import plain
from .models import Import, ImportRow

A_PAGE = 20
GROUPS = {
    "all": gettext_lazy("All"),
    "undecided": gettext_lazy("Not decided"),
    "problems": gettext_lazy("With a problem"),
    "found": gettext_lazy("Like a member"),
    "differing": gettext_lazy("Balances differ"),
    "owing": gettext_lazy("Owing"),
    "refused": gettext_lazy("Not imported"),
}

PRODUCT_GROUPS = {
    "all": gettext_lazy("All"),
    "made": gettext_lazy("Made"),
    "skipped": gettext_lazy("Left out"),
    "remarked": gettext_lazy("Made, with a remark"),
}
PRODUCTS_ON_THE_PREVIEW = 10


@dataclass(frozen=True, slots=True)
class _Products:
    """The first products of an import, and what was made of all. `page`: where those that were made are managed."""

    first: Sequence[object]
    counts: dict[str, int]
    reasons: list[tuple[str, int]]
    page: str | None

    @property
    def decided(self) -> int:
        return self.counts["made"] + self.counts["skipped"]


@takes_files
@role_required(*OVERSEERS)
@a_page
def imports(request: SignedInRequest) -> HttpResponse:
    """Lists the imports, with a form for a new one."""
    may_import = request.user.role in TREASURY
    if request.method == "POST" and not may_import:
        raise PermissionDenied
    form = ImportForm(request.POST or None, request.FILES or None, initial={"currency_code": request.user.currency})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        unit = currency(data["currency_code"])
        with refusals_on(form):
            found = service.prepare(
                by=request.user,
                kitty=files.read(data["export"], unit),
                unit=unit,
                file_name=plain(", ".join(name for name, _data in data["export"]), 80) or "export",
                key=data["key"],
            )
            return _to(found)
    page = Paginator(queries.imports(), A_PAGE).get_page(request.GET.get("page", "1"))
    context = {"form": form if may_import else None, "page": page}
    return render(request, "staff/imports.html", context, status=form.status)


@sensitive_post_parameters("pin")
@role_required(*OVERSEERS)
@a_page
def one_import(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """An import: first the preview, after one PIN or two the progress, at the end the results."""
    found = queries.import_with(reference)
    form = ConfirmForm(request.POST or None, initial={"revision": found.revision})
    if request.method == "POST":
        if request.user.role not in TREASURY:
            raise PermissionDenied
        if form.is_valid():
            with refusals_on(form):
                service.confirm(by=request.user, found=found, **form.cleaned_data)
                return _to(found)
        found = queries.import_with(reference)
        form.now_of(found.revision)  # the page shows the choices as they are now, so its form confirms these
    return render(request, "staff/import.html", _shown(request, found, form), status=form.status)


@role_required(*TREASURY)
@require_POST
def choose_for_all(request: SignedInRequest, reference: UUID) -> HttpResponse:
    found, form = queries.import_with(reference), ManyForm(request.POST)
    with refusals_as_messages(request):
        if form.is_valid():
            count = service.choose_for_all(by=request.user, found=found, **form.cleaned_data)
            done = ngettext("%(count)s person was decided.", "%(count)s people were decided.", count)
            messages.success(request, done % {"count": count})
    return _to(found)


@role_required(*TREASURY)
@require_POST
def cancel(request: SignedInRequest, reference: UUID) -> HttpResponse:
    found = queries.import_with(reference)
    with refusals_as_messages(request):
        service.cancel(by=request.user, found=found)
        messages.success(request, _("Cancelled. Nothing was imported."))
    return _to(found)


@never_cache
@role_required(*ADMINISTRATORS)
@require_POST
def cards(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Shows the next cards of new members, in this answer only: in no session and in no cache."""
    found = queries.import_with(reference)
    with refusals_as_messages(request):
        if shown := printing.print_next(by=request.user, found=found):
            address = request.build_absolute_uri(reverse("claim")).partition("://")[2]
            answer = render(request, "staff/import_cards.html", {"import": found, "cards": shown, "address": address})
            answer.headers["Cache-Control"] = "no-store"
            return answer
    return _to(found)


@sensitive_post_parameters("pin")
@role_required(*TREASURY)
@a_page
def undo(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Asks for the PIN, and undoes an import whose members have not moved money since."""
    found = queries.import_with(reference)
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            endings.undo(by=request.user, found=found, pin=form.cleaned_data["pin"])
            return _to(found)
    context = {"import": found, "form": form, "touched": queries.touched(found)}
    return render(request, "staff/undo_import.html", context, status=form.status)


@role_required(*OVERSEERS)
@a_page
def row(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """One person: both balances, the choice, and the transactions that the file has."""
    shown = queries.row_with(reference)
    may_choose = request.user.role in TREASURY and shown.of_import.is_draft
    if request.method == "POST" and request.user.role not in TREASURY:
        raise PermissionDenied
    form = ChoiceForm(request.POST or None, initial=_choice(shown))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            service.choose(by=request.user, row=shown, **form.cleaned_data)
            messages.success(request, _("%(name)s is decided.") % {"name": shown.name})
            return _to(shown.of_import)
    context = {
        "import": shown.of_import,
        "row": shown,
        "form": form if may_choose or form.is_bound else None,
        "page": queries.lines_page(shown, after=_after(request)),
        "after": _after(request),
    }
    return render(request, "staff/import_row.html", context, status=form.status)


@role_required(*OVERSEERS)
@a_page
def products(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """The products of an import, with the choice of who sells them, and what was made of each."""
    found = queries.import_with(reference)
    may_choose = request.user.role in TREASURY and found.is_draft
    if request.method == "POST" and request.user.role not in TREASURY:
        raise PermissionDenied
    chosen = {"seller": found.seller and found.seller.reference}
    form = SellerForm(request.POST or None, sellers=queries.sellers(found), initial=chosen)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            goods.choose_seller(by=request.user, found=found, seller=form.cleaned_data["seller"])
            return _to(found)
    wanted = request.GET.get("show", "")
    show = wanted if wanted in queries.PRODUCTS_SHOWN else "all"
    counts = queries.counts_of_products(found)
    context = {
        "import": found,
        "form": form if may_choose or form.is_bound else None,
        "groups": [(name, label, counts[name]) for name, label in PRODUCT_GROUPS.items() if counts[name]],
        "show": show,
        "page": queries.products_page(found, show=show, after=_after(request)),
        "after": _after(request),
    }
    return render(request, "staff/import_products.html", context, status=form.status)


@role_required(*OVERSEERS)
@require_safe
def results(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Downloads every person with both balances and the result."""
    found = queries.import_with(reference)
    return _csv(written.of_rows(queries.every_row(found)), f"import-{found.reference}")


@login_required
@require_safe
def before(request: SignedInRequest) -> HttpResponse:
    """What the member had in the system before this one: the balance, and the transactions that prove it."""
    rows = queries.rows_from_before(request.user)
    context: dict[str, object] = {"rows": rows, "after": _after(request)}
    if rows:
        chosen = next((each for each in rows if str(each.reference) == request.GET.get("of")), rows[-1])
        context |= {"row": chosen, "page": queries.lines_page(chosen, after=_after(request))}
    return render(request, "treasury/before.html", context)


@login_required
@require_safe
def lines_before(request: SignedInRequest) -> HttpResponse:
    """Downloads the member's transactions from before as a CSV file."""
    rows = queries.rows_from_before(request.user)
    return _csv(written.of_lines(queries.lines_of(rows)), "before-the-wallet")


def _shown(request: SignedInRequest, found: Import, form: ConfirmForm) -> dict[str, object]:
    counts = queries.counts_of(found)
    may_act = request.user.role in TREASURY
    products = _products(found) if found.product_count else None
    wanted = request.GET.get("show", "")
    shown = wanted if wanted in queries.SHOWN else "undecided" if found.is_draft and counts["undecided"] else "all"
    return {
        "import": found,
        "form": form,
        "counts": counts,
        "groups": [(name, label, counts[name]) for name, label in GROUPS.items() if counts[name] or name == "all"],
        "sums": queries.sums_of(found),
        "show": shown,
        "page": queries.rows_page(found, show=shown, after=_after(request)),
        "after": _after(request),
        "may_confirm": may_act and found.is_draft and not counts["undecided"],
        "may_approve": may_act and found.is_proposed and request.user != found.confirmed_by,
        "may_choose": may_act and found.is_draft,
        "may_cancel": may_act and (found.is_draft or found.is_proposed),
        "cards": queries.without_card(found).count()
        if request.user.role in ADMINISTRATORS and found.is_finished
        else 0,
        "may_undo": may_act and found.is_finished and bool(counts["booked"]),
        "many": ManyForm(),
        "products": products,
        "decided": counts["decided"] + (products.decided if products else 0),
        "to_decide": found.row_count + found.product_count,
        "has_updates": request.GET.get("updates") != "off",
    }


def _products(found: Import) -> _Products:
    first = queries.products_page(found, show="all", after=0).rows[:PRODUCTS_ON_THE_PREVIEW]
    page = next((each.page for each in product_importers if each.page), None)
    return _Products(first, queries.counts_of_products(found), queries.reasons(found), page)


def _choice(row: ImportRow) -> dict[str, str]:
    """What the form begins with: the choice so far, or the member who was found."""
    member = row.target or row.found
    action = row.action or (row.Action.SKIP if row.problem else row.Action.MATCH if row.found else row.Action.REGISTER)
    is_member = member is not None and action != row.Action.REGISTER
    return {"action": action, "takes": row.takes, "member": member.username if member and is_member else ""}


def _after(request: HttpRequest) -> int:
    """The number after which the page begins; 0 where the address has no usable number."""
    typed = request.GET.get("after", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0


def _csv(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _to(found: Import) -> HttpResponse:
    return redirect("staff:import", found.reference)
