"""Gathers by name what the rooms bring: each room itself, and each feature that is a folder in it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings

from conversion.errors import PaymentError


def gather(module: str, name: str) -> Iterator[Any]:
    """The value of `name` in every `<room>/<module>.py` and `<room>/<feature>/<module>.py`, from the lowest room up."""
    for found in modules(module):
        yield getattr(found, name)


def gather_errors() -> list[type[PaymentError]]:
    """Every exception that stands in an `errors.py`."""
    return [
        kind
        for found in modules("errors")
        for kind in vars(found).values()
        if isinstance(kind, type) and issubclass(kind, PaymentError) and kind.__module__ == found.__name__
    ]


def modules(module: str) -> Iterator[ModuleType]:
    for room, folder in rooms():
        for path in sorted([folder / f"{module}.py", *folder.glob(f"*/{module}.py")]):
            if path.exists():
                feature = "" if path.parent == folder else f"{path.parent.name}."
                yield import_module(f"{room}.{feature}{module}")


def gather_from_rooms(module: str, name: str) -> Iterator[Any]:
    """The same of the rooms alone: where order matters, a room puts its features in order itself."""
    for room, folder in rooms():
        if (folder / f"{module}.py").exists():
            yield getattr(import_module(f"{room}.{module}"), name)


def sql_files() -> list[Path]:
    """Every room's SQL, in the order in which it is applied."""
    return [path for _, folder in rooms() for path in sorted([*folder.glob("sql/*.sql"), *folder.glob("*/sql/*.sql")])]


def rooms() -> Iterator[tuple[str, Path]]:
    for room in settings.ROOMS:
        config = apps.get_app_config(room.rpartition(".")[2])
        yield config.name, Path(config.path)
