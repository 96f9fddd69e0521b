"""The kind of transfer with which a row of a mass payment is paid, and the notification when all are."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import TREASURY
from events.kinds import NoticeKind, Topic
from ledger.kinds import TransferKind

MASS_PAYMENT = TransferKind("mass_payment", _("Mass payment"), refundable=True, made_by_roles=TREASURY)
DONE = Topic("mass_payments", _("Mass payments of yours that are finished"), roles=TREASURY)
FINISHED = NoticeKind("mass_payment_finished", _("Mass payment finished"), page="staff:mass_payment", mail=DONE)

TRANSFER_KINDS = [MASS_PAYMENT]
NOTICE_KINDS = [FINISHED]
MAIL_TOPICS = [DONE]
