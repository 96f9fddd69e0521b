"""Sealing what is settled, and having each seal signed by the witness outside the database."""

from __future__ import annotations

import logging

from django.db import IntegrityError, connection

from timestamp_rpc import client
from timestamp_rpc.witness import NO_WITNESS

from . import chain
from .models import Seal, Stamp, Transfer
from .transactions import moving_nothing

log = logging.getLogger(__name__)

MOST = 1000  # transfers in one seal, or as many as one database transaction wrote


def seal_and_stamp() -> int:
    """Seals everything settled since the last seal; how many transfers that were. Then asks for the stamps."""
    sealed = 0
    while added := _seal_next():
        sealed += added
        stamp_seals()
    stamp_seals()
    return sealed


def stamp_seals() -> None:
    """Has the timestamp service sign, in order, every seal that has no stamp yet."""
    for seal in Seal.objects.filter(stamp=None).order_by("number"):
        try:
            stamp = client.stamp_seal(seal.number, bytes(seal.digest))
        except (client.ClockUnavailable, client.SealRefused) as error:
            log.warning("seal %s is not stamped yet: %s", seal.number, error)
            return
        Stamp.objects.create(
            seal=seal, stamped_at=stamp.stamped_at, signature=stamp.signature, public_key=stamp.public_key
        )


def refused() -> str | None:
    """Why the witness will not sign the first seal that has no stamp, if it will not.

    Whoever rewrites history, makes all seals anew and drops the stamps leaves only seals that wait for a stamp; but the
    witness remembers what it signed under each number.
    """
    seal = Seal.objects.filter(stamp=None).order_by("number").first()
    if seal is None:
        return None
    try:
        client.stamp_seal(seal.number, bytes(seal.digest))
    except client.SealRefused as refusal:
        return None if str(refusal) == NO_WITNESS else f"the witness will not sign seal {seal.number}: {refusal}"
    except client.ClockUnavailable:
        pass
    return None


def _seal_next() -> int:
    try:
        return moving_nothing(_make_seal)
    except IntegrityError:  # another worker was faster
        return 0


def _make_seal() -> int:
    last = Seal.objects.order_by("number").last()
    since = last.upto if last else "0"
    upto = _settled_upto(since)
    records = chain.records(since=since, upto=upto)
    if not records:
        return 0
    number, leaves = (last.number + 1 if last else 1), chain.pack(map(chain.Leaf.of, records))
    before = bytes(last.digest) if last else chain.FIRST
    digest = chain.link(before, number=number, since=since, upto=upto, leaves=leaves)
    Seal.objects.create(number=number, since=since, upto=upto, transfers=len(records), leaves=leaves, digest=digest)
    return len(records)


def _settled_upto(since: str) -> str:
    """Every database transaction below is over; fewer where that would be more than MOST transfers."""
    settled = Transfer.objects.filter(xid__gte=since)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        watermark = cursor.fetchone()[0]
    beyond = settled.filter(xid__lt=watermark).order_by("xid").values_list("xid", flat=True)[MOST : MOST + 1]
    for xid in beyond:
        first = settled.order_by("xid").values_list("xid", flat=True)[0]
        return xid if int(xid) > int(first) else str(int(xid) + 1)  # one transaction wrote more than that by itself
    return watermark
