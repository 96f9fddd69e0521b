"""Groups of errors that several JSON operations may answer with. Operations declare them with `api.codes.raises`."""

from __future__ import annotations

from accounts.people.errors import AccountFrozen
from api.fields import AMOUNT
from ledger.errors import (
    Busy,
    ClockDown,
    ClockIsWrong,
    ConversionDown,
    DiskFull,
    InDoubt,
    RatesTooOld,
    TooSmallToConvert,
)

from .errors import NoSuchUser, ToOneself

CHANGE = (AccountFrozen, Busy, DiskFull, InDoubt)  # for every operation that writes
TIMESTAMPED = (ClockDown, ClockIsWrong)  # for every operation that asks the timestamp service
CONVERTED = (*AMOUNT, TooSmallToConvert, ConversionDown, RatesTooOld)
TO_SOMEBODY = (*CONVERTED, NoSuchUser, ToOneself)
