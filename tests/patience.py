"""How many rounds or examples tests run: few by default, and more under `./wallet test --slow`.

The environment variable HYPOTHESIS_PROFILE holds the choice, so that all processes share it: `quick` or `slow`. Set by
hand, it may also be `long` (`tests.model`).
"""

from __future__ import annotations

import os

from hypothesis import settings

PROFILES = {"quick": 100, "slow": 500, "long": 5000}


def begin(*, slow: bool) -> None:
    """Chooses the profile. Call it before tests are imported: they read it then.

    A profile that is not in PROFILES is loaded by the module that defines it (`tests.mutants`).
    """
    name = os.environ.setdefault("HYPOTHESIS_PROFILE", "slow" if slow else "quick")
    if name in PROFILES:
        most = PROFILES[name]
        settings.register_profile(name, deadline=None, max_examples=most)  # other tests slow this one down
        settings.load_profile(name)


def times(few: int, many: int, most: int | None = None) -> int:
    """The number of rounds or examples: `few` by default, `many` under the profile `slow`, `most` under `long`."""
    counts = {"slow": many, "long": many if most is None else most}
    return counts.get(os.environ.get("HYPOTHESIS_PROFILE", ""), few)
