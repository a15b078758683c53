"""What each kind needs to be judged, beside the columns every version had."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import choice, json_list
from app.taxonomy import Instrument, LeadRole, Recognition, RecognitionStage


def _checked(kind: sa.types.TypeEngine[int], name: str, rule: str) -> Mapped[int | None]:
    return mapped_column(kind, sa.CheckConstraint(f"{name} {rule}", name=name))


class KindColumns:
    """Columns that belong to one kind each. Amounts are minor units."""

    recognition: Mapped[Recognition | None] = mapped_column(choice(Recognition, "recognition"))
    recognition_stage: Mapped[RecognitionStage | None] = mapped_column(
        choice(RecognitionStage, "recognition_stage")
    )
    # Terms of a raise: for signed-in people of listed investors only; never in files, search or reasons.
    raise_amount: Mapped[int | None] = _checked(sa.BigInteger(), "raise_amount", ">= 0")
    raise_currency: Mapped[str | None] = mapped_column(sa.String(3))
    raise_instrument: Mapped[Instrument | None] = mapped_column(choice(Instrument, "raise_instrument"))
    raise_closes_on: Mapped[date | None]

    # Figures of Indian firms in paise, for their own people only: others see the class that follows from them.
    plant_investment: Mapped[int | None] = _checked(sa.BigInteger(), "plant_investment", ">= 0")
    turnover: Mapped[int | None] = _checked(sa.BigInteger(), "turnover", ">= 0")
    nic_code: Mapped[str | None] = mapped_column(sa.String(5))
    naics_code: Mapped[str | None] = mapped_column(sa.String(6))
    # The day a US firm claims its size class for, under its NAICS code.
    size_claimed_on: Mapped[date | None]

    completion_rate: Mapped[int | None] = _checked(sa.Integer(), "completion_rate", "BETWEEN 0 AND 100")
    placement_rate: Mapped[int | None] = _checked(sa.Integer(), "placement_rate", "BETWEEN 0 AND 100")
    graduates: Mapped[int | None] = _checked(sa.Integer(), "graduates", ">= 0")
    outcomes_year: Mapped[int | None]
    hours: Mapped[int | None] = _checked(sa.Integer(), "hours", ">= 0")
    credits: Mapped[Decimal | None] = mapped_column(sa.Numeric(5, 1))
    languages: Mapped[list[str]] = mapped_column(json_list(), default=list, server_default="[]")
    # Days in ISO 8601, in order.
    intake_dates: Mapped[list[str]] = mapped_column(json_list(), default=list, server_default="[]")
    fee_amount: Mapped[int | None] = _checked(sa.BigInteger(), "fee_amount", ">= 0")
    fee_currency: Mapped[str | None] = mapped_column(sa.String(3))
    occupation: Mapped[str | None] = mapped_column(sa.String(120))

    ticket_sweet: Mapped[int | None] = _checked(sa.BigInteger(), "ticket_sweet", ">= 0")
    instruments: Mapped[list[str]] = mapped_column(json_list(), default=list, server_default="[]")
    exclusions: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    cheques_a_year: Mapped[int | None] = _checked(sa.Integer(), "cheques_a_year", ">= 0")
    decision_weeks: Mapped[int | None] = _checked(sa.Integer(), "decision_weeks", ">= 0")
    lead_role: Mapped[LeadRole | None] = mapped_column(choice(LeadRole, "lead_role"))
    open_until: Mapped[date | None]
