"""One trial: runs the tests against one mutant, in its own process. The worker describes both on standard input."""

from __future__ import annotations

import importlib.abc
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any


# SourceLoader's own bases disagree on source_to_code; typeshed ignores that at its class, and mypy says it here again.
class Replaced(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):  # type: ignore[misc]
    """Imports one module from `text` instead of its file."""

    def __init__(self, module: str, path: str, text: str) -> None:
        self.module, self.path, self.text = module, path, text

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname != self.module:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def get_data(self, path: str | Path) -> bytes:
        return self.text.encode()

    def get_filename(self, fullname: str) -> str:
        return self.path


def main() -> None:
    """Prints the first test that failed, as JSON; null if all passed."""
    asked = json.load(sys.stdin)
    sys.dont_write_bytecode = True
    if asked["module"]:
        sys.meta_path.insert(0, Replaced(asked["module"], asked["path"], asked["text"]))
    os.environ["HYPOTHESIS_PROFILE"] = "unshrunk"

    import django
    from hypothesis import Phase, settings

    settings.register_profile(
        "unshrunk", database=None, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate]
    )
    settings.load_profile("unshrunk")
    django.setup()

    from tests.mutants.runner import TrialRunner

    print(json.dumps(TrialRunner(database=asked["database"], template=asked["template"]).first_failure(asked["tests"])))


if __name__ == "__main__":
    main()
