"""The shape of the house: who may import whom, and who writes the ledger."""

from __future__ import annotations

import ast
from pathlib import Path

from django.test import SimpleTestCase

PROJECT = Path(__file__).resolve().parent.parent
APPS = {
    "wallet_site": {"accounts", "shop", "payments", "conversion", "timestamp_rpc"},
    "accounts": {"payments", "conversion", "timestamp_rpc"},
    "shop": {"payments", "conversion", "timestamp_rpc"},
    "payments": {"conversion", "timestamp_rpc"},
    "conversion": set(),
    "timestamp_rpc": set(),
}
LAYERS = (
    *(
        "urls",
        "views",
        "api",
        "forms",
        "services",
        "queries",
        "audit",
        "verification",
        "chain",
        "mass_files",
        "ledger",
        "db",
        "models",
    ),
    "exceptions",
)


def modules(app: str) -> list[Path]:
    return [
        path for path in (PROJECT / app).rglob("*.py") if "gen" not in path.parts and "migrations" not in path.parts
    ]


def imports(path: Path) -> set[str]:
    """Every module a file imports, written out from the top."""
    package = path.relative_to(PROJECT).parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            found |= {start} | {f"{start}.{name.name}" for name in node.names}
    return found


class TheHouse(SimpleTestCase):
    def test_arrows_point_down(self) -> None:
        for app, below in APPS.items():
            for path in modules(app):
                met = {name.split(".")[0] for name in imports(path)} & set(APPS)
                with self.subTest(path):
                    self.assertLessEqual(met, below | {app})

    def test_within_payments_too(self) -> None:
        for path in modules("payments"):
            parts = path.relative_to(PROJECT / "payments").with_suffix("").parts
            if parts[0] not in LAYERS:
                continue
            own = LAYERS.index(parts[0])
            for name in imports(path):
                words = name.split(".")
                if words[0] == "payments" and len(words) > 1 and words[1] in LAYERS:
                    with self.subTest(f"{path} → {name}"):
                        self.assertGreaterEqual(LAYERS.index(words[1]), own)

    def test_only_the_ledger_calls_what_writes_it(self) -> None:
        for app in APPS:
            for path in modules(app):
                if path.name in ("ledger.py", "install.py"):
                    continue
                with self.subTest(path):
                    self.assertNotRegex(
                        path.read_text(), r"ledger_(post(_one)?|create_wallet|fold|close|place_hold|end_hold)\b"
                    )

    def test_nobody_imports_another_database_driver(self) -> None:
        with self.assertRaises(ImportError):
            __import__("psycopg")
