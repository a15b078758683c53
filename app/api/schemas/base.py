"""What all schemas have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class In(BaseModel):
    """From outside: a name that is not known is a mistake, and nobody sets by it what has a verb of its own."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """To outside, out of columns and properties of the same name."""

    model_config = ConfigDict(from_attributes=True)


class FieldError(Out):
    """One thing that is wrong: the field (parts of it behind dots, empty for the whole body), and why."""

    field: str
    message: str


class ProblemOut(Out):
    """What went wrong, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError]
    request_id: str
