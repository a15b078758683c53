"""What a card shows of opinions: the form, and what colleagues think once one has said what one thinks oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length

from app.accounts.models import User
from app.desk.models import Case
from app.forms import BaseForm
from app.opinions import queries, rubric
from app.opinions.models import Opinion, Recommendation

LONGEST_NOTE = 2000
RECOMMENDATIONS = {
    Recommendation.YES: _("Approve"),
    Recommendation.NO: _("Reject"),
    Recommendation.UNSURE: _("Not sure"),
}


class OpinionForm(BaseForm):
    """One score for each criterion, named by its place; see `form_for`."""

    recommends: Any = RadioField(
        _("I would"),
        [InputRequired(_("Say what you would decide."))],
        choices=[SelectChoice(one.value, label) for one, label in RECOMMENDATIONS.items()],
    )
    note = TextAreaField(
        _("Why"), [Length(max=LONGEST_NOTE)], render_kw={"rows": 2, "maxlength": LONGEST_NOTE}
    )

    def scores(self, criteria: Sequence[str]) -> dict[str, int]:
        return {text: int(self._fields[f"score_{place}"].data) for place, text in enumerate(criteria)}


@dataclass(frozen=True)
class Shown:
    """The opinions on a case as one person may see them: colleagues' only beside one's own."""

    criteria: list[str]
    form: Any
    own: Opinion | None
    others: Sequence[Opinion]
    medians: dict[str, float]
    agreement: float | None
    given: int


def criteria_of(case: Case) -> list[str]:
    return rubric.criteria_of(case.program.criteria if case.program else [])


def form_for(case: Case, own: Opinion | None = None) -> Any:
    """The form with a field for each criterion of this case."""
    choices = [("", "–"), *((str(score), label) for score, label in rubric.SCALE.items())]
    fields = {
        f"score_{place}": SelectField(
            rubric.words_of(text),
            [InputRequired(_("Give a score from 1 to 4."))],
            choices=[SelectChoice(value, label) for value, label in choices],
            default=str(own.scores.get(text, "")) if own else "",
        )
        for place, text in enumerate(criteria_of(case))
    }
    form = type("CaseOpinionForm", (OpinionForm,), fields)
    given = {"recommends": own.recommends.value, "note": own.note} if own else {}
    return form(prefix="opinion", **given)


def shown_to(reader: User, case: Case, sent: Any = None) -> Shown:
    """Nothing of what others think before one has said what one thinks oneself."""
    every = queries.opinions_on(case.id) if case.opinions else []
    own = next((one for one in every if one.by_id == reader.id), None)
    open_ = every if own is not None else []
    scores = [one.scores for one in open_]
    return Shown(
        criteria=criteria_of(case),
        form=sent or form_for(case, own),
        own=own,
        others=[one for one in open_ if one.by_id != reader.id],
        medians={rubric.words_of(text): score for text, score in rubric.medians(scores).items()},
        agreement=rubric.within_one_step(scores),
        given=len(every),
    )
