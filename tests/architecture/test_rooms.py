"""The structure of the project: which module may import which, how long files may be, and who writes the ledger."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from django.conf import settings
from django.test import SimpleTestCase

from .floors import FLOORS, ROOMS, SERVICES, floor_in_room, floor_of_room

PROJECT = Path(__file__).resolve().parents[2]
ABOVE_ALL = {"manage", "tests", "static"}  # these may import every module, and no other module imports them
LONGEST = 330  # lines of a file
LARGEST_SHARE = 0.30  # of all lines, in one room


@cache
def modules() -> dict[str, Path]:
    """The path of every Python file that git does not ignore, by its dotted module name."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return {_name(path): PROJECT / path for path in listed if (PROJECT / path).exists()}


def _name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(module: str) -> set[str]:
    """The project's modules that `module` imports anywhere in its file, also in functions and for type checking."""
    path = modules()[module]
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{start}.{name.name}" if f"{start}.{name.name}" in modules() else start for name in node.names}
    return {name for name in found if name in modules() and name != module}


def room_of(module: str) -> str:
    return module.partition(".")[0]


def placed() -> Iterator[str]:
    """Every module that needs a floor: all except tests, manage.py and empty `__init__.py` files."""
    for module, path in modules().items():
        if room_of(module) not in ABOVE_ALL and (path.name != "__init__.py" or path.read_text().strip()):
            yield module


def within(module: str) -> str:
    """The module's name without its room. Generated files share one name: migrations "models", Thrift's code "gen"."""
    parts = module.split(".")[1:]
    if "migrations" in parts:
        return "models"
    return "gen" if parts[0] == "gen" else ".".join(parts)


class Rooms(SimpleTestCase):
    def test_every_file_has_a_floor(self) -> None:
        for module in placed():
            with self.subTest(module):
                floor_of_room(room_of(module))
                floor_in_room(room_of(module), within(module))

    def test_every_floor_in_the_list_is_a_room_of_the_settings(self) -> None:
        self.assertEqual(set(FLOORS) | {"tests.plugged_in"}, set(settings.ROOMS))
        self.assertLessEqual(set(FLOORS), set(ROOMS.split()))

    def test_arrows_between_rooms_point_down(self) -> None:
        for module in placed():
            for other in imports(module):
                if room_of(module) != room_of(other):
                    with self.subTest(f"{module} → {other}"):
                        self.assertNotIn(room_of(other), ABOVE_ALL)
                        self.assertGreater(floor_of_room(room_of(module)), floor_of_room(room_of(other)))

    def test_arrows_within_a_room_point_down(self) -> None:
        for module in placed():
            for other in imports(module):
                if room_of(module) == room_of(other) and other in set(placed()):
                    with self.subTest(f"{module} → {other}"):
                        here, there = (floor_in_room(room_of(module), within(name)) for name in (module, other))
                        self.assertGreaterEqual(here, there)

    def test_a_service_calls_another_features_only_where_it_may(self) -> None:
        for module in placed():
            room, *feature, name = module.split(".")
            for other in imports(module):
                its_room, *its_feature, its_name = other.split(".")
                both = {name, its_name} <= {"service", "refunds", "quotes", "opening", "payouts"}
                if room == its_room and both and feature != its_feature:
                    with self.subTest(f"{module} → {other}"):
                        self.assertIn((*feature, *its_feature), SERVICES)

    def test_a_feature_imports_no_collected_models_of_its_own_room(self) -> None:
        for module in placed():
            room, *rest = module.split(".")
            if len(rest) > 1 and room in ("accounts", "payments", "treasury"):
                with self.subTest(module):
                    self.assertNotIn(f"{room}.models", imports(module) if "migrations" not in rest else ())

    def test_no_import_goes_round(self) -> None:
        try:
            TopologicalSorter({module: imports(module) for module in modules()}).prepare()
        except CycleError as error:
            self.fail(f"these import each other: {' → '.join(error.args[1])}")

    def test_the_tree_in_architecture_is_the_tree_that_stands(self) -> None:
        tree = (PROJECT / "ARCHITECTURE.md").read_text().partition("## The tree")[2].partition("A *room*")[0]
        for room in FLOORS:
            features = {
                module.split(".")[1] for module in modules() if room_of(module) == room and module.count(".") > 1
            }
            for folder in [room, *(features - {"management", "migrations", "templatetags", "gen"})]:
                with self.subTest(f"{room}: {folder}"):
                    self.assertIn(f"{folder}/", tree)

    def test_no_file_and_no_room_grows_without_end(self) -> None:
        lines = {module: modules()[module].read_text().count("\n") for module in placed() if ".gen" not in module}
        for module, count in lines.items():
            with self.subTest(module):
                self.assertLessEqual(count, LONGEST)
        for room in FLOORS:
            share = sum(count for module, count in lines.items() if room_of(module) == room) / sum(lines.values())
            with self.subTest(room):
                self.assertLess(share, LARGEST_SHARE)


class TheLedger(SimpleTestCase):
    def test_only_the_ledger_calls_what_writes_it(self) -> None:
        for module in placed():
            if room_of(module) == "ledger" or module == "wallet_site.install_sql":
                continue
            with self.subTest(module):
                self.assertNotRegex(
                    modules()[module].read_text(),
                    r"ledger_(post(_one)?|create_wallet|settle|close|place_hold|end_hold)\b",
                )

    def test_no_other_room_names_a_table_of_people(self) -> None:
        for module in placed():
            if room_of(module) not in ("accounts", "lab"):
                with self.subTest(module):
                    self.assertNotRegex(modules()[module].read_text(), r"\baccounts_(user|apitoken|standing|claim)\b")

    def test_nobody_imports_another_database_driver(self) -> None:
        with self.assertRaises(ImportError):
            __import__("psycopg")
