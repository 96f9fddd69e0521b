from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Asked(BaseModel):
    """The base of every request body. A field that the body does not define is refused with 422."""

    model_config = ConfigDict(extra="forbid")

    def as_asked(self) -> dict[str, Any]:
        """The fields with their values as JSON, to be stored with the key (`asked` of `api.once.once`)."""
        return self.model_dump(mode="json")
