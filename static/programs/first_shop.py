"""A shop that sells one coffee: it asks the buyer for money, and hands the coffee out once it is paid."""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests  # pip install requests

WALLET, TOKEN, SECRET = os.environ["WALLET"], os.environ["TOKEN"], os.environ["SECRET"]
BUYER, PRICE, PORT = sys.argv[1], {"amount": "2.50", "currency": "GBP"}, int(os.environ.get("PORT", "8090"))


def api(method, path, body=None):
    headers = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": str(uuid.uuid4())}
    answer = requests.request(method, f"{WALLET}/api/v1/{path}", headers=headers, json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


def is_signed(headers, body):
    """Whether the body comes from the wallet, within the last five minutes."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(base64.b64decode(SECRET.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    wanted = f"v1,{base64.b64encode(mac).decode()}"
    is_fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return is_fresh and any(hmac.compare_digest(wanted, given) for given in headers["webhook-signature"].split())


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        good = is_signed(self.headers, body)
        self.send_response(204 if good else 400)
        self.end_headers()  # answer first, work afterwards
        if good and json.loads(body)["data"].get("id") == order["id"]:
            order.update(api("GET", f"requests/{order['id']}"))  # ask: the order of arrival says nothing
            print("The order is", order["status"], flush=True)


server = HTTPServer(("127.0.0.1", PORT), Hook)
order = api("POST", "requests", {"payer": BUYER, **PRICE, "note": "One coffee"})
print("Waiting for the payment", flush=True)
while order["status"] == "open":
    server.handle_request()
print("Here is your coffee." if order["status"] == "paid" else "No coffee today.")
