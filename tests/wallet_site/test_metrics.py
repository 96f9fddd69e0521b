"""/metrics: all readings as Prometheus reads them, for who has the token; nothing at all for everybody else."""

from __future__ import annotations

from django.test import override_settings
from prometheus_client.parser import text_string_to_metric_families

from ledger import audit

from .test_health import Looking

TOKEN = "a-token-of-a-monitoring-server"


class Metrics(Looking):
    @override_settings(METRICS_TOKEN=TOKEN)
    def test_are_gauges_of_every_reading(self) -> None:
        audit.run()
        answer = self.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer["Content-Type"].startswith("text/plain"))
        found = {
            (sample.name, sample.labels.get("check")): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }
        names = {check for name, check in found if name == "wallet_check_well"}
        self.assertEqual(names, {check.name for check, _ in self.observer.found().readings})
        self.assertEqual(found["wallet_ready", None], 1)
        self.assertEqual(found["wallet_check_well", "audit"], 1)
        self.assertEqual(found["wallet_check_well", "worker"], 0)
        self.assertLess(found["wallet_check_seconds", "audit"], 600)
        self.assertEqual(found["wallet_check_count", "pledges"], 0)

    def test_do_not_exist_without_the_token(self) -> None:
        nothing = self.client.get("/nothing-here")
        for token, headers in (
            ("", {}),
            ("", {"Authorization": "Bearer "}),
            (TOKEN, {}),
            (TOKEN, {"Authorization": "Bearer wrong"}),
            (TOKEN, {"Authorization": f"Basic {TOKEN}"}),
            (TOKEN, {"Authorization": "Bearer é"}),
        ):
            with self.subTest(token=token, **headers), override_settings(METRICS_TOKEN=token):
                answer = self.client.get("/metrics", headers=headers)
                self.assertEqual(answer.status_code, 404)
                self.assertEqual(answer.templates[0].name, nothing.templates[0].name)
