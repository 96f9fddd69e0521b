from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, PlainSerializer
from typing_extensions import TypeAliasType

from api.bodies import Asked
from api.fields import ONE_LINE, Amount, Moment, NextCursor, Sum, amount_text, one_of
from conversion.money import Currency as Unit
from conversion.money import Money
from payments.json_fields import Note, plain_title
from payments.owners import plain_handle

from . import models, queries

MassPaymentStatus = TypeAliasType("MassPaymentStatus", Annotated[str, one_of(models.MassPayment.Status)])
MassPaymentRowOutcome = TypeAliasType("MassPaymentRowOutcome", Annotated[str, one_of(models.MassPaymentRow.Outcome)])


class MassPayment(BaseModel):
    """A `draft` is validated and not paid. `problems` is the number of rows that cannot be paid.

    A draft can be confirmed only while `problems` is 0.
    """

    id: UUID
    title: Annotated[str, Field(examples=["Payroll May"])]
    status: MassPaymentStatus
    total: Sum
    rows: int
    problems: int
    warnings: int
    waiting: int
    booked: int
    declined: int
    paid: Sum
    created_at: Moment

    @classmethod
    def of(cls, found: models.MassPayment, tally: queries.Tally | None = None) -> MassPayment:
        tally = tally or queries.tally_of(found)
        return cls(
            id=found.reference,
            title=found.title,
            status=found.status,
            total=Sum.of(Money(found.total_minor, found.source.currency)),
            rows=found.row_count,
            problems=tally.problems,
            warnings=tally.warnings,
            waiting=tally.waiting,
            booked=tally.booked,
            declined=tally.declined,
            paid=Sum.of(tally.paid),
            created_at=found.created_at,
        )


class MassPayments(BaseModel):
    mass_payments: list[MassPayment]
    next: NextCursor | None


class MassPaymentRow(BaseModel):
    """`amount` is in the currency of the mass payment, or null where it could not be read.

    `problem` is a code, and `problem_text` its explanation. `outcome` is `waiting` until the row is paid or declined.
    """

    number: int
    payee: Annotated[str, Field(examples=["bob"])]
    amount: Amount | None
    note: Annotated[str, Field(examples=["May"])]
    problem: Annotated[str, Field(examples=["user_unknown"])] | None
    problem_text: Annotated[str, Field(examples=["Nobody has this username or e-mail address."])] | None
    warning: Annotated[str, Field(examples=["twice"])] | None
    outcome: MassPaymentRowOutcome
    transfer: UUID | None

    @classmethod
    def of(cls, row: models.MassPaymentRow, unit: Unit) -> MassPaymentRow:
        return cls(
            number=row.number,
            payee=row.payee_typed,
            amount=None if row.amount_minor is None else amount_text(Money(row.amount_minor, unit)),
            note=row.note,
            problem=row.problem or None,
            problem_text=row.problem_text or None,
            warning=row.warning or None,
            outcome=row.outcome,
            transfer=row.transfer.reference if row.transfer else None,
        )


class MassPaymentRows(BaseModel):
    rows: list[MassPaymentRow]
    next: NextCursor | None

    @classmethod
    def of(cls, page: queries.RowsPage, found: models.MassPayment) -> MassPaymentRows:
        rows = [MassPaymentRow.of(row, found.source.currency) for row in page.rows]
        return cls(rows=rows, next=None if page.more is None else str(page.more))


# Without the patterns of amounts and handles: a draft is also made of rows that cannot be paid, and says what is wrong.
RowPayee = Annotated[str, PlainSerializer(plain_handle), Field(min_length=1, max_length=254, examples=["bob"])]
RowAmount = Annotated[str, Field(max_length=40, examples=["12.34"])]


class NewMassPaymentRow(Asked):
    """`amount` is in the currency of your own wallet. One that cannot be read is a problem of its row."""

    payee: RowPayee
    amount: RowAmount
    note: Note = ""


Title = Annotated[
    str,
    AfterValidator(plain_title),
    Field(min_length=1, max_length=80, examples=["Payroll May"], json_schema_extra={"pattern": ONE_LINE}),
]


class NewMassPayment(Asked):
    """The same title and rows are the same mass payment. Any difference makes a new one."""

    title: Title
    rows: Annotated[
        list[NewMassPaymentRow],
        Field(min_length=1, max_length=400, examples=[[{"payee": "bob", "amount": "12.34", "note": "May"}]]),
    ]
