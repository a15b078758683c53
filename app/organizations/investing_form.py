"""What investors are asked: ticket, stages, pace and what they leave out."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from app import clock
from app.organizations import fields
from app.organizations.models import Organization
from app.organizations.money_forms import DetailForm, in_order
from app.organizations.step_forms import StepForm
from app.taxonomy import COUNTRIES, Instrument, InvestorType, LeadRole, Stage, labels


class InvestingForm(DetailForm):
    AMOUNTS = dict.fromkeys(("ticket_min", "ticket_sweet", "ticket_max"), "ticket_currency")
    FOLDED = frozenset(
        {"instruments", "lead_role", "cheques_a_year", "decision_weeks", "open_until", "exclusions"}
    )
    NULLABLE = StepForm.NULLABLE | {"investor_type", "ticket_currency", "lead_role"}

    investor_type = fields.term(_("Type of investor"), InvestorType)
    stages = fields.several(_("Stages"), labels(Stage), description=_("Where you join. Needed to publish."))
    ticket_currency = fields.currency(_("Currency of the ticket"))
    ticket_min = fields.AmountField(
        _("Smallest ticket"), description=_("In whole units, for example: 50 lakh, 1.5 crore, 250k or 2M")
    )
    ticket_sweet = fields.AmountField(_("Usual ticket"), description=_("What you like best to put in."))
    ticket_max = fields.AmountField(_("Largest ticket"))
    invests_in = fields.several(
        _("Invests in"),
        [(code.value, label) for code, label in COUNTRIES.items()],
        description=_("Needed to publish."),
    )
    thesis = fields.text(
        _("Thesis"), 2000, rows=5, description=_("What you look for, and what you bring besides money.")
    )
    instruments = fields.several(_("Instruments"), labels(Instrument))
    lead_role = fields.term(_("Leads or follows"), LeadRole)
    cheques_a_year = fields.count(_("New investments a year"), 10_000)
    decision_weeks = fields.count(_("Weeks to a decision"), 520)
    open_until = fields.day(_("Open for new investments until"))
    exclusions = fields.text(
        _("What you leave out"), 1000, rows=2, description=_("For example: real estate, weapons")
    )

    def fit(self, organization: Organization) -> None:
        known = {choice.value for choice in self.invests_in.choices}
        other = [place for place in organization.invests_in or [] if place not in known]
        self.invests_in.choices += fields.options((place, place) for place in other)

    def validate_ticket_sweet(self, field: fields.AmountField) -> None:
        in_order(self.ticket_min, field, _("The usual ticket is smaller than the smallest."))

    def validate_ticket_max(self, field: fields.AmountField) -> None:
        in_order(self.ticket_min, field, _("The largest ticket is smaller than the smallest."))
        in_order(self.ticket_sweet, field, _("The largest ticket is smaller than the usual one."))

    def validate_open_until(self, field: Any) -> None:
        if field.data and field.data.year > clock.now().year + 50:
            raise ValidationError(_("Give a day within the next 50 years."))
