"""What several JSON operations answer with, to be declared by `api.codes.raises`."""

from __future__ import annotations

from accounts.people.errors import AccountFrozen
from api.fields import AMOUNT
from ledger.errors import Busy, ClockDown, ClockIsWrong, ConversionDown, InDoubt, TooSmallToConvert

from .errors import NoSuchUser, ToOneself

CHANGE = (AccountFrozen, Busy, InDoubt)  # whatever writes
TIMESTAMPED = (ClockDown, ClockIsWrong)  # whatever needs the time
CONVERTED = (*AMOUNT, TooSmallToConvert, ConversionDown)
TO_SOMEBODY = (*CONVERTED, NoSuchUser, ToOneself)
