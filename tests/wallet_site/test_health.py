"""/livez says that the process runs; /readyz says whether every part that money needs is available."""

from __future__ import annotations

import datetime as dt

from django.test import override_settings

from tests.base import MoneyTestCase
from timestamp_rpc.server import TimestampServer


class HealthTests(MoneyTestCase):
    def test_alive(self) -> None:
        self.assertEqual(self.client.get("/livez").status_code, 200)

    def test_ready_when_every_part_is(self) -> None:
        answer = self.client.get("/readyz")
        self.assertEqual(answer.status_code, 200, answer.content)
        self.assertEqual(set(answer.json().values()), {"ok"})

    @override_settings(CONVERSION_URL="http://127.0.0.1:9")
    def test_not_ready_names_the_part_and_not_why(self) -> None:
        answer = self.client.get("/readyz")
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer.json()["conversion"], "unavailable")
        self.assertNotContains(answer, "127.0.0.1", status_code=503)

    def test_a_clock_whose_time_no_transfer_would_accept_is_not_ready(self) -> None:
        server = TimestampServer(start_at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).start()
        self.addCleanup(server.stop)
        with override_settings(TIMESTAMP_SERVERS=[f"127.0.0.1:{server.port}"]):
            answer = self.client.get("/readyz")
        self.assertEqual((answer.status_code, answer.json()["clock"]), (503, "unavailable"))

    def test_wrong_method(self) -> None:
        self.assertEqual(self.client.post("/readyz").status_code, 405)
