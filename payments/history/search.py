"""Finding entries and transfers in a wallet's history by what a program knows of them.

No filter has an index of its own, since each index would make every transfer slower. A page is found by reading the
history backwards, SCANNED lines at most. So it may have fewer rows than were asked for, and still a next page.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, Field

from accounts.models import User
from api.fields import AskedMoment, known_in
from api.labels import Reference
from api.models import Label
from api.once import LongKey, key_of
from ledger.kinds import known_kinds
from ledger.models import Transfer, Wallet
from payments.json_fields import Handle
from payments.owners import wallet_by_handle
from payments.transfers.queries import transfer_under
from payments.transfers.schemas import Outcome, TransferKind

from . import queries

SCANNED = 500  # lines of the history for one page
LABELLED = 1000  # of the transfers with one reference, the newest
SLACK = dt.timedelta(hours=1)  # in an append-only wallet, the order of entries is nearly that of their times


class Filters(BaseModel):
    """What the rows of a page have in common. A filter that is None is not applied."""

    key: LongKey | None = Field(None, description="The `Idempotency-Key` under which you made the transfer.")
    kind: Annotated[TransferKind, known_in(lambda: known_kinds)] | None = Field(
        None, description="The transfer's kind."
    )
    outcome: Annotated[Outcome, known_in(lambda: Transfer.Outcome.values)] | None = Field(
        None, description="How the transfer ended. Declined ones are found by `key` only."
    )
    with_: Handle | None = Field(None, alias="with", description="The other party: a username or an e-mail address.")
    booked_from: AskedMoment | None = Field(None, description="Booked at this moment or later (RFC 3339).")
    booked_until: AskedMoment | None = Field(None, description="Booked before this moment (RFC 3339).")
    reference: Reference | None = Field(None, description="The `reference` that you put on the transfer.")

    @property
    def are_any(self) -> bool:
        return any(value is not None for value in self.__dict__.values())


class Search:
    """The filters for one user. Raises NoSuchUser and TooManyTries for `with`."""

    def __init__(self, user: User, wallet: Wallet, filters: Filters) -> None:
        self.user, self.wallet, self.filters = user, wallet, filters
        self.other = wallet_by_handle(filters.with_, asker=wallet) if filters.with_ is not None else None

    def page(self, *, cursor: str | None, limit: int) -> tuple[list[queries.Activity], str | None]:
        """At most `limit` lines of the history, the newest first, and the next page's cursor. Raises BadCursor."""
        most = SCANNED if self.filters.are_any else limit + 1
        named = self._named()
        if named is not None:
            scanned = queries.activity_of(self.wallet, named, before=cursor)
        else:
            if cursor is None and self.filters.booked_until is not None:
                cursor = queries.cursor_at(self.wallet, self.filters.booked_until)
            scanned = queries.activity(self.wallet, before=cursor, limit=most)
        found = [line for line in scanned if self._is_wanted(line)]
        if len(found) > limit:
            return found[:limit], found[limit - 1].cursor
        is_all = named is not None or len(scanned) < most or self._is_too_early(scanned[-1].booked_at)
        return found, None if is_all else scanned[-1].cursor

    def under_key(self) -> list[Transfer]:
        """The transfer under the filters' key, also a declined one. Empty where another filter does not fit."""
        found = transfer_under(self.user, key_of(self.filters.key or ""))
        return [found] if found is not None and self._is_wanted_transfer(found) else []

    def _named(self) -> list[int] | None:
        """The ids of the transfers that the key or the reference names. None where neither is a filter."""
        filters = self.filters
        if filters.key is not None:
            return [transfer.pk for transfer in self.under_key()]
        if filters.reference is None:
            return None
        labelled = Label.objects.filter(maker=self.user, reference=filters.reference).order_by("-id")[:LABELLED]
        objects = [label.object for label in labelled]
        return list(Transfer.objects.filter(reference__in=objects).values_list("pk", flat=True))

    def _is_wanted(self, line: queries.Activity) -> bool:
        other = self.other.owner.get_username() if self.other and self.other.owner else None
        return self._is_wanted_at(line.kind, Transfer.Outcome.BOOKED, line.booked_at) and (
            other is None or line.username == other
        )

    def _is_wanted_transfer(self, transfer: Transfer) -> bool:
        filters = self.filters
        has_label = (
            filters.reference is None
            or Label.objects.filter(maker=self.user, object=transfer.reference, reference=filters.reference).exists()
        )
        is_with = self.other is None or self.other.pk in (transfer.source_id, transfer.target_id)
        return has_label and is_with and self._is_wanted_at(transfer.kind, transfer.outcome, transfer.booked_at)

    def _is_wanted_at(self, kind: str, outcome: str, booked_at: dt.datetime) -> bool:
        filters = self.filters
        return (
            filters.kind in (None, kind)
            and filters.outcome in (None, outcome)
            and (filters.booked_from is None or booked_at >= filters.booked_from)
            and (filters.booked_until is None or booked_at < filters.booked_until)
        )

    def _is_too_early(self, booked_at: dt.datetime) -> bool:
        """Whether nothing before a line of this time can be wanted."""
        return self.filters.booked_from is not None and booked_at < self.filters.booked_from - SLACK
