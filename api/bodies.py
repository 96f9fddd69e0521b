from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Asked(BaseModel):
    """A body. What it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid")

    def as_asked(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
