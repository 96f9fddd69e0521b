"""The test runner of one trial: it uses the services, the template and the database that a worker has prepared."""

from __future__ import annotations

import io
import unittest
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tests import runner


class TrialRunner(runner.WalletRunner):
    def __init__(self, *, database: str, template: str) -> None:
        super().__init__(verbosity=0, interactive=False, failfast=True, parallel=1, slow=True)
        self._database = database
        runner.TEMPLATE = template
        self._failed: list[str] = []

    def first_failure(self, tests: list[str]) -> str | None:
        self.run_tests(tests)
        return self._failed[0] if self._failed else None

    def setup_databases(self, **kwargs: Any) -> list[tuple[BaseDatabaseWrapper, str, bool]]:
        runner.restore(self._database)
        connection.settings_dict["NAME"] = self._database
        return []

    def run_checks(self, databases: Any) -> None:
        pass

    def run_suite(self, suite: unittest.TestSuite, **kwargs: Any) -> unittest.TextTestResult:
        result = unittest.TextTestRunner(stream=io.StringIO(), verbosity=0, failfast=True).run(suite)
        self._failed = [f"{test}: {why.strip()}" for test, why in [*result.errors, *result.failures]]
        return result

    def suite_result(self, suite: unittest.TestSuite, result: Any, **kwargs: Any) -> int:
        return len(self._failed)

    def _start_services(self) -> None:
        pass
