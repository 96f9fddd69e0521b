"""The kind of notification that an order is ready, and the topic of its letters."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind, Topic

ORDERS = Topic("orders", _("Orders that are ready"))
ORDER_READY = NoticeKind("order_ready", _("Your order is ready"), page="shop:order", mail=ORDERS)

NOTICE_KINDS = [ORDER_READY]
MAIL_TOPICS = [ORDERS]
