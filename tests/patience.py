"""How long tests search: a little each time, and longer under `./wallet test --slow`.

HYPOTHESIS_PROFILE says so to every process; by hand it may also be `long` (`tests.model`).
"""

from __future__ import annotations

import os

from hypothesis import settings

PROFILES = {"quick": 100, "slow": 500, "long": 5000}


def begin(*, slow: bool) -> None:
    """Before tests are imported. Other profiles are their makers' to load (`tests.mutants`)."""
    name = os.environ.setdefault("HYPOTHESIS_PROFILE", "slow" if slow else "quick")
    if name in PROFILES:
        most = PROFILES[name]
        settings.register_profile(name, deadline=None, max_examples=most)  # the machine is busy with other tests
        settings.load_profile(name)


def times(few: int, many: int) -> int:
    """So many rounds, or examples."""
    return many if os.environ.get("HYPOTHESIS_PROFILE") in ("slow", "long") else few
