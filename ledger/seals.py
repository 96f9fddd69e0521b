"""Making seals of finished transfers, and getting the witness's signature for each seal."""

from __future__ import annotations

import logging

from django.db import IntegrityError, connection

from timestamp_rpc import client
from timestamp_rpc.witness import NO_WITNESS

from . import chain
from .models import Seal, Signature, Transfer
from .transactions import moving_nothing

log = logging.getLogger(__name__)

MOST = 1000  # transfers in one seal; more only if one database transaction wrote more


def seal_and_sign() -> int:
    """Seals all finished transfers since the last seal and asks for signatures. Returns how many it sealed."""
    sealed = 0
    while added := _seal_next():
        sealed += added
        sign_seals()
    sign_seals()  # also if there was nothing to seal: earlier seals may have no signature yet
    return sealed


def sign_seals() -> None:
    """Asks the witness, in order, to sign every seal after the last signature. Stops at the first that gets none.

    It does not look for older seals without a signature: they are signed in order, so somebody deleted it, and
    `refused` finds that. To look for them here would read all seals, twice a minute.
    """
    last = Signature.objects.order_by("seal_id").last()
    for seal in Seal.objects.filter(number__gt=last.seal_id if last else 0).order_by("number"):
        try:
            signature = client.sign_seal(seal.number, bytes(seal.digest))
        except (client.ClockUnavailable, client.SealRefused) as error:
            log.warning("seal %s is not signed yet: %s", seal.number, error)
            return  # the witness signs seals only in the order of their numbers
        Signature.objects.create(
            seal=seal, signed_at=signature.signed_at, value=signature.signature, public_key=signature.public_key
        )


def refused() -> str | None:
    """Why the witness refuses to sign the first seal that has no signature; None if it does not refuse.

    An attacker who rewrites the ledger can make all seals anew and delete the signatures. Then the ledger looks as if
    the signatures were only late. But the witness remembers the digest it signed under each number, and refuses.
    """
    seal = Seal.objects.filter(signature=None).order_by("number").first()
    if seal is None:
        return None
    try:
        client.sign_seal(seal.number, bytes(seal.digest))
    except client.SealRefused as refusal:
        # A timestamp service that is no witness signs nothing, so its refusal proves nothing.
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
    upto = _finished_upto(since)
    records = chain.records(since=since, upto=upto)
    if not records:
        return 0
    number, leaves = (last.number + 1 if last else 1), chain.pack(map(chain.Leaf.of, records))
    before = bytes(last.digest) if last else chain.FIRST
    digest = chain.link(before, number=number, since=since, upto=upto, leaves=leaves)
    Seal.objects.create(number=number, since=since, upto=upto, transfers=len(records), leaves=leaves, digest=digest)
    return len(records)


def _finished_upto(since: str) -> str:
    """Where the next seal ends: a database transaction id, below which every transaction has ended.

    The id is lower if the seal would have more than MOST transfers. A seal never splits a transaction.
    """
    finished = Transfer.objects.filter(xid__gte=since)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        watermark = cursor.fetchone()[0]
    beyond = finished.filter(xid__lt=watermark).order_by("xid").values_list("xid", flat=True)[MOST : MOST + 1]
    for xid in beyond:
        first = finished.order_by("xid").values_list("xid", flat=True)[0]
        return xid if int(xid) > int(first) else str(int(xid) + 1)  # one transaction wrote more than MOST
    return watermark
