"""Random requests to every operation of the JSON API, by schemathesis: each answer is in the document, and none a 500.

This run is short. The long one has all phases, and 20,000 cases and more: `FUZZING_EXAMPLES=400 ./wallet test --slow
tests.fuzzing`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from django.test import LiveServerTestCase, tag

from api import rates
from tests.api.base import Caller
from tests.api.test_every_operation import operations
from tests.base import MoneyTestCase

PROJECT = Path(__file__).resolve().parents[2]
EXAMPLES = int(os.environ.get("FUZZING_EXAMPLES", "1"))
PHASES = "examples,coverage,fuzzing,stateful" if EXAMPLES > 1 else "examples,fuzzing"
# Not checked here: what a request without a token gets, since the token is added to every request (it is in
# tests/api/test_every_operation.py), and whether valid data are accepted, which also depends on what is in the wallet.
NOT_CHECKED = "ignored_auth,missing_required_header,positive_data_acceptance"


# A refusal of wrong data. Schemathesis does not count 413 as one, though the body may also be too large.
REFUSALS = """
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "411", "413", "415", "422", "429"]
"""
MANY = 1_000_000  # requests a minute: all of them have one token, and a 429 would tell nothing


@tag("slow")
@mock.patch.object(rates, "READS", rates.Rate("reads", MANY))
@mock.patch.object(rates, "WRITES", rates.Rate("writes", MANY))
class EveryAnswer(MoneyTestCase, LiveServerTestCase):
    def test_is_documented_and_no_mistake_of_ours(self) -> None:
        tess, alice = Caller("tess"), Caller("alice")
        mine = {"amount": "1.00", "currency": "GBP"}  # something for the links to lead from
        for caller, other in ((alice, "tess"), (tess, "alice")):
            caller.post("transfers", {"payee": other} | mine)
            caller.post("requests", {"payer": other} | mine)
            caller.post("holds", {"payee": other, "purpose": "two_step"} | mine)
        with TemporaryDirectory(prefix="wallet-fuzzing-") as place:
            (Path(place) / "schemathesis.toml").write_text(REFUSALS)
            document = Path(place) / "openapi.json"
            document.write_bytes(tess.client.get("/api/openapi.json").content)
            command = [str(Path(sys.executable).with_name("schemathesis")), "run", str(document)]
            command += ["--url", self.live_server_url, "--header", f"Authorization: Bearer {tess.secret}"]
            command += [
                "--max-examples",
                str(EXAMPLES),
                "--phases",
                PHASES,
                "--exclude-checks",
                NOT_CHECKED,
                "--warnings",
                "off",
            ]
            command += ["--warnings", "off", "--seed", "1", "--continue-on-failure", "--suppress-health-check", "all"]
            hooks = {"SCHEMATHESIS_HOOKS": "tests.fuzzing.hooks", "PYTHONPATH": str(PROJECT)}
            done = subprocess.run(
                command, cwd=place, env=os.environ | hooks, capture_output=True, text=True, check=False
            )
        self.assertEqual(done.returncode, 0, done.stdout[-20_000:] + done.stderr)
        tested = re.search(r"Tested: (\d+)", done.stdout)
        self.assertEqual(int(tested[1]) if tested else 0, len(list(operations())))
        if EXAMPLES > 1:
            print("".join(line for line in done.stdout.splitlines(keepends=True) if "generated" in line), end="")
