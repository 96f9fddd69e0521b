"""References of everything that an address can be about. They belong to "member", "other" and staff."""

from __future__ import annotations

from django.contrib import admin

from ledger.models import Transfer
from payments.owners import wallet_of
from treasury.models import Bank, CashProposal

from . import banking, kiosks, people, selling, webhooks
from .addresses import Place
from .figure import Means

NO_SUCH_NUMBER = "987654321"
# What each address is about.
KINDS = {
    "token_use": "token",
    "revoke_token": "token",
    "mfa_remove_webauthn": "security key",
    "mfa_edit_webauthn": "security key",
    "payments:review": "quote",
    "payments:pay_request": "request",
    "payments:decline_request": "request",
    "payments:cancel_request": "request",
    "payments:hold": "hold",
    "payments:capture_hold": "hold",
    "payments:release_hold": "hold",
    "payments:receipt": "transfer",
    "payments:undo": "transfer",
    "payments:refund": "transfer",
    "staff:mass_payment": "mass payment",
    "staff:cancel_mass_payment": "mass payment",
    "staff:pay_declined": "mass payment",
    "staff:mass_payment_results": "mass payment",
    "staff:cash_proposal": "cash proposal",
    "staff:undo_cash": "cash",
    "staff:approve_member": "application",
    "staff:decline_member": "application",
    "staff:revoke_invitation": "invitation",
    "staff:print_card": "card",
    "staff:try_letter_again": "letter",
    "staff:pin_reset": "PIN reset",
    "staff:deposit": "deposit",
    "staff:statement": "statement",
    "staff:import": "import",
    "staff:import_row": "person of an import",
    "staff:import_choices": "import",
    "staff:import_products": "import",
    "staff:cancel_import": "import",
    "staff:import_cards": "import",
    "staff:undo_import": "import",
    "staff:import_results": "import",
    "staff:bank": "bank",
    "staff:bank_token": "bank",
    "staff:revoke_bank_tokens": "bank",
    "staff:confirm_bank": "bank to confirm",
    "staff:shop_limit": "wallet",
    "staff:rate_row": "rate",
    "staff:confirm_rate": "rate to confirm",
    "staff:withdrawal": "withdrawal for staff",
    "staff:new_payout_file": "clearing",
    "staff:payout_file": "payout file",
    "staff:download_payout_file": "payout file",
    "shop:revoke_own_tag": "kiosk card",
    "staff:revoke_card": "kiosk card for staff",
    "staff:revoke_kiosk": "kiosk",
    "staff:attach_card": "unknown card",
    "shop:product": "product",
    "shop:picture": "picture",
    "shop:selling_product": "goods",
    "shop:selling_variant": "variant",
    "shop:selling_variant_stock": "variant",
    "shop:selling_order": "sale",
    "shop:selling_stock_take": "stock-take",
    "staff:shop_product": "goods for staff",
    "staff:shop_variant": "variant for staff",
    "staff:shop_variant_stock": "variant for staff",
    "staff:shop_order": "sale for staff",
    "staff:shop_stock_take": "stock-take for staff",
    "staff:shop_sale_point": "sale point",
    "shop:order": "purchase",
    "shop:till": "till",
    "shop:till_sell": "till",
    "shop:till_back": "till",
    "shop:till_today": "till",
    "shop:undo_till_sale": "till's sale",
    "shop:undo_deposit_return": "till's return",
    "shop:undo_order": "purchase",
    "shop:order_of_transfer": "purchase's transfer",
    "treasury:withdrawal": "withdrawal",
    "treasury:cancel_withdrawal": "withdrawal",
    "treasury:remove_payout_account": "payout account",
    "outbox:webhook": "webhook",
    "outbox:roll_secret": "webhook",
    "outbox:test_webhook": "webhook",
    "outbox:switch_off": "webhook",
    "outbox:switch_on": "webhook",
    "outbox:send_all_again": "webhook",
    "outbox:delete_webhook": "webhook",
    "outbox:send_again": "delivery",
    "api:get_webhook": "webhook",
    "api:change_webhook": "webhook",
    "api:delete_webhook": "webhook",
    "api:switch_off_webhook": "webhook",
    "api:switch_on_webhook": "webhook",
    "api:roll_webhook_secret": "webhook",
    "api:test_webhook": "webhook",
    "api:list_deliveries": "webhook",
    "api:redeliver": "delivery",
    "sign_up_invited": "invitation's secret",
    "api:get_quote": "quote",
    "api:get_transfer": "transfer",
    "api:reverse_transfer": "transfer",
    "api:refund_transfer": "transfer",
    "api:get_request": "request",
    "api:pay_request": "request",
    "api:decline_request": "request",
    "api:cancel_request": "request",
    "api:get_hold": "hold",
    "api:capture_hold": "hold",
    "api:release_hold": "hold",
    "api:return_deposit": "bank's deposit",
    "api:get_withdrawal": "withdrawal",
    "api:cancel_withdrawal": "withdrawal",
    "api:settle_order": "order",
    "api:return_order": "order",
    "api:get_shop_order": "purchase",
    "api:undo_shop_order": "purchase",
    "api:get_sale": "sale",
    "api:make_sale_ready": "sale",
    "api:collect_sale": "sale",
    "api:refund_sale": "sale",
    "api:get_stock": "variant",
    "api:move_stock": "variant",
    "api:get_mass_payment": "mass payment",
    "api:list_mass_payment_rows": "mass payment",
    "api:confirm_mass_payment": "mass payment",
    "api:cancel_mass_payment": "mass payment",
}
# Parts of addresses that are no references: words, or numbers of any kind.
WORDS = {
    "conversion": ("GBP", "EUR", "1.00"),
    "payments:statement": ("2026", "11"),
    "outbox:stop_letters": ("WzFd:1abcde:x",),
    "staff:rate_history": ("USD",),
    "staff:set_rate": ("USD",),
    "api/<path:rest>": ("nothing",),
    "event_schema": ("ping",),
    "shop:selling_sales_file": ("days",),
    "staff:shop_sales_file": ("days",),
    "api:get_person": ("nobody",),
    "admin:app_list": ("accounts",),
    "admin:admin/<url>": ("nothing",),
    "admin:view_on_site": ("1", "1"),
    "pin_reset_letter": ("IjEi:1abcde:x",),
    "account_confirm_email": ("MQ:1abcde:x",),
    "account_reset_password_from_key": ("1", "abcdef-0123456789abcdef0123456789abcdef"),
}


def kind_of(place: Place) -> str | None:
    """What the address is about, or None where that is not known. Django's admin has rows of any model."""
    if place.name.startswith("admin:"):
        return "/".join(place.route.split("/")[1:3])
    return KINDS.get(place.name)


def made(means: Means) -> dict[str, str]:
    """A new reference of each kind."""
    member = people.user(means, "member")
    people.new_cash(means, "1.00")
    people.new_cash(means, "600.00")
    of_cashier = Transfer.objects.filter(kind="cash_top_up", made_by=people.user(means, "cashier"))
    invitation, secret = people.new_invitation(means)
    references = {
        "transfer": people.new_transfer(means).reference,
        "quote": people.new_quote(means).reference,
        "hold": people.new_hold(means).reference,
        "request": people.new_request(means).reference,
        "token": people.new_token(means).reference,
        "security key": people.new_security_key().pk,
        "mass payment": people.new_mass_payment(means).reference,
        "cash": of_cashier.latest("pk").reference,
        "cash proposal": CashProposal.objects.latest("pk").reference,
        "application": people.new_application().reference,
        "card": people.new_card(means),
        "invitation": invitation,
        "invitation's secret": secret,
        "letter": people.new_letter(means).reference,
        "PIN reset": people.new_pin_reset(means).reference,
        "wallet": wallet_of(member).reference,
        "webhook": webhooks.webhook_of(member).reference,
        "delivery": webhooks.given_up_delivery_to(member).reference,
    }
    cashier, merchant = people.user(means, "cashier"), people.user(means, "merchant")
    references |= {
        "till": selling.till().reference,
        "till's sale": selling.cash_sale_of(cashier, seller=merchant).reference,
        "till's return": selling.deposit_return_of(cashier, seller=merchant).reference,
    }
    references |= _of_the_shop(means) | _of_kiosks(means) | _of_banks(means)
    for model in admin.site._registry:
        row = model._default_manager.order_by("pk").first()
        references[f"{model._meta.app_label}/{model._meta.model_name}"] = row.pk if row else NO_SUCH_NUMBER
    return {kind: str(reference) for kind, reference in references.items()}


def _of_kiosks(means: Means) -> dict[str, object]:
    member, treasurer, cashier = (people.user(means, role) for role in ("member", "treasurer", "cashier"))
    return {
        "kiosk": kiosks.a_device(treasurer).reference,
        "kiosk card": kiosks.a_card_of(member, by=cashier).reference,
        "kiosk card for staff": kiosks.a_card_of(member, by=cashier).reference,
        "unknown card": kiosks.an_unknown_card(treasurer).reference,
    }


def _of_the_shop(means: Means) -> dict[str, object]:
    """What the merchant sells, and what the member bought of it."""
    member, merchant = people.user(means, "member"), people.user(means, "merchant")
    variant, purchase = selling.something_of(merchant), selling.purchase_of(member, seller=merchant)
    goods, sold = variant.product.reference, purchase.reference
    return {
        "product": goods,
        "goods": goods,
        "goods for staff": goods,
        "variant": variant.reference,
        "variant for staff": variant.reference,
        "purchase": sold,
        "sale": sold,
        "sale for staff": sold,
        "purchase's transfer": purchase.money.transfer.reference,
        "stock-take": selling.stock_take_by(merchant).reference,
        "stock-take for staff": selling.stock_take_by(people.user(means, "treasurer")).reference,
        "sale point": selling.members_shop().reference,
        "picture": selling.a_picture(),
    }


def _of_banks(means: Means) -> dict[str, object]:
    """What banks and the treasury have. The member's own account comes last: another one takes its place."""
    who = {role: people.user(means, role) for role in ("member", "bank", "treasurer", "administrator")}
    member, bank, pin = who["member"], who["bank"], means.cast.pin
    deposit = banking.deposit_to(member, bank=bank).reference
    file = banking.payout_file_for(member, pin, approver=who["treasurer"], maker=who["administrator"])
    withdrawal = banking.withdrawal_of(member, pin).reference
    return {
        "deposit": deposit,
        "bank's deposit": deposit,
        "statement": banking.statement_of(who["treasurer"], bank=bank, member=member).reference,
        "import": banking.import_of(who["treasurer"]).reference,
        "person of an import": banking.import_of(who["treasurer"]).rows.get().reference,
        "bank": bank.username,
        "bank to confirm": Bank.objects.get(user=bank).reference,
        "clearing": banking.clearing_of(bank).pk,
        "payout file": file.reference,
        "order": file.withdrawals.get().reference,
        "withdrawal": withdrawal,
        "rate": (rate := banking.refused_rate().reference),
        "rate to confirm": rate,
        "withdrawal for staff": withdrawal,
        "payout account": banking.account_of(member, pin).reference,
    }


def path_of(place: Place, references: dict[str, str]) -> str:
    """The address with references that exist, or with words that it understands."""
    words = WORDS.get(place.name)
    if words is None:
        kind = kind_of(place) if place.parts else None
        words = (references[kind] if kind else "1",) * len(place.parts)
    return place.filled(dict(zip(place.parts, words, strict=True)))
