"""JSON operations on webhooks. Every change is a POST with a key, as everywhere in this API."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from ninja import Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.once import Keep, once
from api.paging import CURSOR_UNKNOWN, Cursor, Limit, page
from outbox.scopes import WEBHOOKS

from . import queries, sending, service
from .errors import AddressNotAllowed, BeingSent, EndpointIsOff, TooManyEndpoints
from .models import Endpoint
from .schemas import Deliveries, Delivery, NewWebhook, RolledSecret, Webhook, Webhooks, WebhookWithSecret

router = Router(tags=["Webhooks"], by_alias=True)
ROUTERS = [("webhooks", router)]


@router.get("", auth=WEBHOOKS, response=Webhooks, operation_id="list_webhooks", summary="List webhooks")
def list_webhooks(request: SignedInRequest) -> Webhooks:
    """Returns your webhooks, ten at most, the oldest first."""
    return Webhooks(webhooks=[Webhook.of(endpoint) for endpoint in queries.endpoints_of(request.user)])


@router.post(
    "", auth=WEBHOOKS, response={201: WebhookWithSecret}, operation_id="create_webhook", summary="Create a webhook"
)
@raises(AddressNotAllowed, TooManyEndpoints)
def create_webhook(request: SignedInRequest, body: NewWebhook) -> HttpResponse:
    """Sends your events to an address from now on. The answer has the secret that signs them.

    A repeat with the same key has no secret: it is null. If you have lost it, make a new one.
    """

    def make() -> tuple[Endpoint, str]:
        return service.create_endpoint(user=request.user, **body.model_dump())

    return _with_secret(request, 201, "create_webhook", body.as_asked(), make)


@router.get("/{uuid:id}", auth=WEBHOOKS, response=Webhook, operation_id="get_webhook", summary="Get a webhook")
def get_webhook(request: SignedInRequest, id: UUID) -> Webhook:
    """Returns one of your webhooks."""
    return Webhook.of(queries.endpoint_for(request.user, id))


@router.post(
    "/{uuid:id}", auth=WEBHOOKS, response={200: Webhook}, operation_id="change_webhook", summary="Change a webhook"
)
@raises(AddressNotAllowed)
def change_webhook(request: SignedInRequest, id: UUID, body: NewWebhook) -> HttpResponse:
    """Replaces the address, the types and the description of a webhook. Its secret stays."""

    def act(endpoint: Endpoint) -> None:
        service.change_endpoint(endpoint, **body.model_dump())

    return _changed(request, id, "change_webhook", act, asked=body.as_asked())


@router.post(
    "/{uuid:id}/delete",
    auth=WEBHOOKS,
    response={200: Webhook},
    operation_id="delete_webhook",
    summary="Delete a webhook",
)
def delete_webhook(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Deletes a webhook with all its deliveries. Returns it as it was."""
    return _changed(request, id, "delete_webhook", lambda endpoint: endpoint.delete(), is_last=True)


@router.post(
    "/{uuid:id}/switch-off",
    auth=WEBHOOKS,
    response={200: Webhook},
    operation_id="switch_off_webhook",
    summary="Switch a webhook off",
)
def switch_off_webhook(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Sends nothing until you switch it on again. What was waiting stays; what happens meanwhile is not sent."""
    return _changed(
        request, id, "switch_off_webhook", lambda endpoint: service.switch_off(endpoint, Endpoint.Why.OWNER)
    )


@router.post(
    "/{uuid:id}/switch-on",
    auth=WEBHOOKS,
    response={200: Webhook},
    operation_id="switch_on_webhook",
    summary="Switch a webhook on",
)
def switch_on_webhook(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Sends events again. What you missed meanwhile is in the list of events."""
    return _changed(request, id, "switch_on_webhook", service.switch_on)


@router.post(
    "/{uuid:id}/roll",
    auth=WEBHOOKS,
    response={200: WebhookWithSecret},
    operation_id="roll_webhook_secret",
    summary="Roll a webhook's secret",
)
def roll_webhook_secret(request: SignedInRequest, id: UUID, body: RolledSecret) -> HttpResponse:
    """Gives the webhook a new secret. For 24 hours both sign, unless you end the old one at once."""
    endpoint = queries.endpoint_for(request.user, id)

    def make() -> tuple[Endpoint, str]:
        return endpoint, service.roll_secret(endpoint, at_once=body.at_once)

    return _with_secret(request, 200, "roll_webhook_secret", {"id": str(id), **body.as_asked()}, make)


@router.post(
    "/{uuid:id}/test", auth=WEBHOOKS, response={200: Webhook}, operation_id="test_webhook", summary="Test a webhook"
)
@raises(EndpointIsOff)
def test_webhook(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Sends an event `ping` to this webhook. The list of deliveries has the answer as soon as there is one."""
    return _changed(request, id, "test_webhook", service.ping)


@router.get(
    "/{uuid:id}/deliveries",
    auth=WEBHOOKS,
    response=Deliveries,
    operation_id="list_deliveries",
    summary="List a webhook's deliveries",
)
@raises(CURSOR_UNKNOWN)
def list_deliveries(
    request: SignedInRequest,
    id: UUID,
    cursor: Cursor | None = None,
    limit: Limit = 20,
) -> Deliveries:
    """Returns what was sent to the webhook or waits, the newest first. It is kept for 30 days, or 90 if given up."""
    found = queries.deliveries_of(queries.endpoint_for(request.user, id))
    rows, after = page(found, cursor=cursor, limit=limit)
    return Deliveries(deliveries=[Delivery.of(row) for row in rows], next=after)


deliveries = Router(tags=["Webhooks"], by_alias=True)
ROUTERS.append(("deliveries", deliveries))


@deliveries.post(
    "/{uuid:id}/redeliver",
    auth=WEBHOOKS,
    response={200: Delivery},
    operation_id="redeliver",
    summary="Send a delivery again",
)
@raises(EndpointIsOff, BeingSent)
def redeliver(request: SignedInRequest, id: UUID) -> HttpResponse:
    """Sends the same event again, under the same id, also if it was received before."""
    delivery = queries.delivery_for(request.user, id)

    def act(key: UUID, keep: Keep) -> None:
        with transaction.atomic():
            sending.send_again(delivery)
            keep(200, Delivery.of(queries.delivery_for(request.user, id)).model_dump(mode="json"))

    return once(request, operation="redeliver", asked={"id": str(id)}, act=act, moves_money=False)


def _changed(
    request: SignedInRequest,
    id: UUID,
    operation: str,
    change: Callable[[Endpoint], object],
    *,
    asked: dict[str, object] | None = None,
    is_last: bool = False,
) -> HttpResponse:
    """Changes the endpoint and answers with it as it is afterwards, or as it was if it `is_last`."""

    def act(key: UUID, keep: Keep) -> None:
        with transaction.atomic():
            endpoint = queries.endpoint_for(request.user, id)
            was = Webhook.of(endpoint)
            change(endpoint)
            now = was if is_last else Webhook.of(queries.endpoint_for(request.user, id))
            keep(200, now.model_dump(mode="json"))

    return once(request, operation=operation, asked={"id": str(id), **(asked or {})}, act=act, moves_money=False)


def _with_secret(
    request: SignedInRequest,
    status: int,
    operation: str,
    asked: dict[str, object],
    make: Callable[[], tuple[Endpoint, str]],
) -> HttpResponse:
    """Answers with the endpoint and its new secret. The answer kept for the key is without it: a repeat says null."""
    made: list[str] = []

    def act(key: UUID, keep: Keep) -> None:
        with transaction.atomic():
            endpoint, secret = make()
            shown = Webhook.of(queries.endpoint_for(request.user, endpoint.reference))
            keep(status, {**shown.model_dump(mode="json"), "secret": None})
            made.append(secret)

    answer = once(request, operation=operation, asked=asked, act=act, moves_money=False)
    if made:
        answer.content = json.dumps({**json.loads(answer.content), "secret": made[-1]}).encode()
    return answer
