from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Asked(BaseModel):
    """The base of every request body. A field that the body does not define is refused with 422."""

    model_config = ConfigDict(extra="forbid")

    def as_asked(self, *, currency: str | None = None) -> dict[str, Any]:
        """The fields with their values as JSON, to be stored with the key (`asked` of `api.once.once`).

        Amounts and handles are written in one way each, so that two texts of the same content are equal. `currency` is
        the code that counts where the body names none.
        """
        asked = self.model_dump(mode="json")
        return asked | {"currency": asked.get("currency") or currency} if currency else asked
