"""Makes a transfer with the generated client in the folder `wallet_client`, and finds it again by its key."""

from __future__ import annotations

import json
import sys

from wallet_client import AuthenticatedClient  # type: ignore[import-not-found]  # the test generates it
from wallet_client.api.transfers import create_transfer, list_transfers  # type: ignore[import-not-found]
from wallet_client.api.you import get_me  # type: ignore[import-not-found]
from wallet_client.models import NewTransfer  # type: ignore[import-not-found]

address, token = sys.argv[1:]
client = AuthenticatedClient(base_url=address, token=token)
me = get_me.sync(client=client)
body = NewTransfer(payee="bob", amount="12.34", currency=me.user.currency, reference="order-4711")
sent = create_transfer.sync(client=client, body=body, idempotency_key="order-4711")
found = list_transfers.sync(client=client, key="order-4711", with_="bob")
much = NewTransfer(payee="bob", amount="5000.00", currency=me.user.currency)
refused = create_transfer.sync(client=client, body=much, idempotency_key="order-4712")
print(json.dumps([str(sent.id), str(found.transfers[0].id), sent.paid.amount, refused.code]))
