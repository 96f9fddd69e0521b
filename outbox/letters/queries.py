"""What a letter says about a notification, beyond what is in its row."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from conversion.money import Money, format_money
from events.letters import Typed, Words
from events.models import Notification
from ledger.models import Entry, Hold, Transfer
from outbox.webhooks.models import Endpoint
from payments.models import PaymentRequest

Facts = list[tuple[Words, Words]]


def facts_about(notice: Notification) -> Facts:
    """What the notification's page shows, with labels. Of pages that it does not know, it says nothing more."""
    if notice.subject is None:
        return []
    if notice.page == "payments:receipt":
        return _of_transfer(notice.subject, notice.user_id)
    if notice.page == "payments:requests":
        return _typed(_("Note"), PaymentRequest.objects.filter(reference=notice.subject).values_list("note").first())
    if notice.page == "payments:hold":
        return _typed(_("Note"), Hold.objects.filter(reference=notice.subject).values_list("note").first())
    if notice.page == "outbox:webhook":
        return _typed(_("Address"), Endpoint.objects.filter(reference=notice.subject).values_list("url").first())
    return []


def _of_transfer(reference: UUID, user: int) -> Facts:
    """The note and the balance afterwards. Wallets into which many pay at once have no balance after each entry."""
    transfer = Transfer.objects.filter(reference=reference).first()
    if transfer is None:
        return []
    facts = _typed(_("Note"), (transfer.note,))
    after = Entry.objects.filter(transfer=transfer, wallet__owner=user).select_related("wallet").first()
    if after is not None and after.balance_after_minor is not None:
        balance = Money(after.balance_after_minor, after.wallet.currency)
        facts.append((_("Your balance afterwards"), format_money(balance)))
    return facts


def _typed(label: str, found: tuple[str] | None) -> Facts:
    return [(label, Typed(found[0]))] if found and found[0] else []
