"""Reading CAMT.053, the statement of ISO 20022: the booked credits of one account.

A credit names its payee by the reference that the payer wrote (`payees.py`). Debits, credits that are not booked yet,
and debits that came back are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from conversion.money import Money, UnknownCurrency
from treasury.tables import MOST_BYTES, MOST_ROWS

from .errors import StatementUnreadable
from .files import RawRow, plain
from .payees import reference_in

DOCUMENT = "camt.053.001."


def looks_like_xml(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read(data: bytes, *, iban: str, currency: str) -> list[RawRow]:
    """The booked credits, at least one. `iban` is of the account that it must be of; "": any account.

    Raises StatementUnreadable.
    """
    statements = list(_document(data).iterfind("{*}BkToCstmrStmt/{*}Stmt"))
    if not statements:
        raise _unreadable()
    for statement in statements:
        _require_account(statement, iban)
    credits = [found for statement in statements for found in _credits(statement)]
    rows = [_row(number, *found, currency=currency) for number, found in enumerate(credits, start=1)]
    if not rows:
        raise StatementUnreadable("statement_without_rows", _("No money came in by this statement."))
    if len(rows) > MOST_ROWS:
        raise StatementUnreadable("statement_too_long", _("There are more than 10,000 rows. Please split the file."))
    return rows


def _document(data: bytes) -> Element:
    """The root of the document. Entities, DTDs and documents elsewhere are refused before they are read."""
    if len(data) > MOST_BYTES:
        raise StatementUnreadable("statement_too_long", _("The file is larger than 1 MB. Please split it."))
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise _unreadable() from error
    if DOCUMENT not in root.tag:
        raise _unreadable()
    return root


def _require_account(statement: Element, iban: str) -> None:
    theirs = (statement.findtext("{*}Acct/{*}Id/{*}IBAN") or "").replace(" ", "").upper()
    if iban and theirs != iban:
        raise StatementUnreadable(
            "statement_of_another_account",
            _("This statement is of the account %(iban)s, not of the bank's.") % {"iban": theirs or "?"},
        )


def _credits(statement: Element) -> Iterator[tuple[Element, Element, str]]:
    """Each credit: its entry, its transaction in it (the entry itself, if it has no parts), and the bank's reference.

    An entry may sum up several transactions. Where they have no reference of their own, they are numbered.
    """
    for entry in statement.iterfind("{*}Ntry"):
        status = entry.findtext("{*}Sts/{*}Cd") or entry.findtext("{*}Sts") or ""
        came_back = entry.findtext("{*}RvslInd") == "true"
        if entry.findtext("{*}CdtDbtInd") != "CRDT" or status.strip() != "BOOK" or came_back:
            continue
        its_own = entry.findtext("{*}AcctSvcrRef") or entry.findtext("{*}NtryRef") or ""
        parts = entry.findall("{*}NtryDtls/{*}TxDtls") or [entry]
        for number, part in enumerate(parts, start=1):
            numbered = f"{its_own}/{number}" if its_own and len(parts) > 1 else its_own
            yield entry, part, (part.findtext("{*}Refs/{*}AcctSvcrRef") or numbered).strip()


def _row(number: int, entry: Element, part: Element, reference: str, *, currency: str) -> RawRow:
    remittance = [*part.iterfind("{*}RmtInf/{*}Strd/{*}CdtrRefInf/{*}Ref"), *part.iterfind("{*}RmtInf/{*}Ustrd")]
    texts = [text.text or "" for text in remittance]
    payer = part.findtext("{*}RltdPties/{*}Dbtr/{*}Nm") or part.findtext("{*}RltdPties/{*}Dbtr/{*}Pty/{*}Nm") or ""
    to = next(filter(None, map(reference_in, texts)), "") or reference_in("".join(texts))
    return RawRow(
        number, reference, to, _amount(entry, part, currency), plain(" ".join([payer, *texts])), _value_date(entry)
    )


def _amount(entry: Element, part: Element, currency: str) -> str:
    """The amount as text, without zeros beyond the currency's decimals; with its code where that is another one."""
    found = next(
        (
            amount
            for amount in (part.find("{*}Amt"), part.find("{*}AmtDtls/{*}TxAmt/{*}Amt"), entry.find("{*}Amt"))
            if amount is not None
        ),
        None,
    )
    if found is None:
        return ""
    text, code = (found.text or "").strip(), found.get("Ccy", "")
    if code != currency:
        return f"{text} {code}"
    try:
        return f"{Money.of(text, code).decimal:f}"
    except (ValueError, UnknownCurrency):
        return text


def _value_date(entry: Element) -> dt.date | None:
    for name in ("ValDt", "BookgDt"):
        text = entry.findtext(f"{{*}}{name}/{{*}}Dt") or entry.findtext(f"{{*}}{name}/{{*}}DtTm") or ""
        try:
            return dt.date.fromisoformat(text[:10])
        except ValueError:
            continue
    return None


def _unreadable() -> StatementUnreadable:
    return StatementUnreadable(
        "statement_unreadable", _("This is neither a CSV table nor a CAMT.053 statement that can be read.")
    )
