"""Pages of claims and verifications, and the page behind the weekly question."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import error_pages
from app.accounts.guards import login_required, role_required
from app.accounts.models import User
from app.claims import forms, links, queries, services, stating, verifying, words
from app.claims.models import Claim, Proof, Source, Subject
from app.claims.services import Answer
from app.db import db
from app.extensions import limiter
from app.organizations import forms as profile_forms
from app.organizations import queries as organizations
from app.organizations.models import Membership, Organization

bp = Blueprint("claims", __name__, template_folder="templates")
bp.add_app_template_filter(words.value_of, "claimed")
bp.add_app_template_filter(words.age_of, "claim_age")
bp.add_app_template_filter(words.subject_of, "claim_subject")
bp.add_app_template_filter(words.source_of, "claim_source")
bp.add_app_template_filter(words.proof_of, "claim_proof")
bp.add_app_template_filter(words.level_of, "verification_words")
_OF = "/organizations/<int:organization_id>/claims"
_ONE = f"{_OF}/<int:claim_id>"
_LEVELS = "/organizations/<int:organization_id>/verification"
_verifier = role_required(*queries.VERIFIERS)


@bp.get("/claims")
@_verifier
def queue() -> str:
    """Claims with evidence that wait for a verifier."""
    after = request.args.get("after", 0, type=int)
    found = queries.to_verify(current_user, after if 0 <= after <= queries.LARGEST_ID else 0)
    is_full = len(found) == queries.PAGE_SIZE
    return render_template("claims/queue.html", found=found, following=found[-1][0].id if is_full else None)


@bp.get(_OF)
@login_required
def index(organization_id: int) -> str:
    return _page(organization_id)


@bp.post(_OF)
@login_required
@limiter.limit("60 per hour", key_func=lambda: f"claim:{getattr(current_user, 'id', 0)}")
def add(organization_id: int) -> Any:
    organization = organizations.editable_by(current_user, organization_id)
    form = forms.StateForm()
    if not form.validate():
        return _page(organization_id, state=form), 422
    services.catch_up(organization)
    services.state(organization, Subject(form.subject.data), str(form.value.data), by=current_user)
    db.session.commit()
    return _back(organization_id, _("Stated. Show what it rests on, and a program manager may check it."))


@bp.post(f"{_ONE}/evidence")
@login_required
def show_evidence(organization_id: int, claim_id: int) -> Any:
    claim = _own(organization_id, claim_id)
    form = forms.EvidenceForm()
    if not form.validate():
        return _page(organization_id, evidence=(claim_id, form)), 422
    source, until = Source(form.source.data), form.valid_until.data
    services.show_evidence(claim, source, str(form.evidence.data), until, by=current_user)
    db.session.commit()
    return _back(organization_id, _("Kept. A program manager looks at it."))


@bp.post(f"{_ONE}/still-true")
@login_required
def confirm(organization_id: int, claim_id: int) -> Any:
    services.still_true(_own(organization_id, claim_id), by=current_user)
    db.session.commit()
    return _back(organization_id, _("Noted: it is still true."))


@bp.post(f"{_ONE}/withdraw")
@login_required
def withdraw(organization_id: int, claim_id: int) -> Any:
    services.withdraw(_own(organization_id, claim_id), by=current_user)
    db.session.commit()
    return _back(organization_id, _("Withdrawn. It is out of your profile too."))


@bp.post(f"{_ONE}/verify")
@_verifier
def verify(organization_id: int, claim_id: int) -> Any:
    queries.reader_of(current_user, organization_id)
    claim, form = queries.claim_of(organization_id, claim_id), forms.ProofForm()
    if not form.validate():
        return _page(organization_id, proof=(claim_id, form)), 422
    services.verify(claim, Proof(form.proof.data), current_user, str(form.note.data))
    db.session.commit()
    return _back(organization_id, _("Noted, with your name and today's date."))


@bp.post(_LEVELS)
@_verifier
def verify_organization(organization_id: int) -> Any:
    organization, _membership = queries.reader_of(current_user, organization_id)
    form = forms.LevelForm()
    if not form.validate():
        return _page(organization_id, level=form), 422
    verifying.verify(organization, form.chosen, current_user, str(form.note.data))
    db.session.commit()
    return _back(organization_id, _("Noted, with your name and today's date."))


@bp.post(f"{_LEVELS}/<int:step_id>/end")
@_verifier
def end_verification(organization_id: int, step_id: int) -> Any:
    organization, _membership = queries.reader_of(current_user, organization_id)
    verifying.end(organization, step_id, by=current_user)
    db.session.commit()
    return _back(organization_id, _("Taken back."))


@bp.get("/still-true/<token>")
def still_true(token: str) -> Any:
    """The question; opening the page answers nothing."""
    found = _asked(token)
    if found is None:
        return _over()
    claim, organization, _user = found
    return render_template("claims/still_true.html", claim=claim, organization=organization, token=token)


@bp.post("/still-true/<token>")
@limiter.limit("30 per hour")
def answer(token: str) -> Any:
    found, said = _asked(token), request.form.get("answer", "")
    if found is None:
        return _over()
    claim, organization, user = found
    if said not in set(Answer):
        return render_template(
            "claims/still_true.html", claim=claim, organization=organization, token=token
        ), 422
    services.answer(claim, Answer(said), by=user)
    db.session.commit()
    if said == Answer.CHANGED:
        return redirect(_where_it_is_said(claim, organization), 303)
    return render_template("claims/answered.html", organization=organization, said=said)


def _asked(token: str) -> tuple[Claim, Organization, User] | None:
    """What a link asks and whom, while its question is open and the person may still answer."""
    question = links.question_in(token)
    claim = db.session.get(Claim, question.claim_id) if question else None
    user = db.session.get(User, question.user_id) if question else None
    if question is None or claim is None or user is None or not user.is_active:
        return None
    membership = organizations.membership_of(user, claim.organization_id)
    is_open = claim.withdrawn_at is None and claim.version == question.version
    if not is_open or membership is None or not membership.can_edit:
        return None
    return claim, membership.organization, user


def _over() -> tuple[str, int]:
    return error_pages.page(410, _("This question was answered already, or the link is too old."))


def _where_it_is_said(claim: Claim, organization: Organization) -> str:
    """The step of the form that asks for it; the page of claims for what no form asks."""
    step = profile_forms.step_with(organization.kind, stating.FIELDS.get(claim.subject, ""))
    if step is None:
        return url_for(".index", organization_id=organization.id)
    return url_for("organizations.edit", organization_id=organization.id, step=step)


def _own(organization_id: int, claim_id: int) -> Claim:
    organizations.editable_by(current_user, organization_id)
    return queries.claim_of(organization_id, claim_id)


def _page(organization_id: int, **sent: Any) -> str:
    """The page of claims, with a form as it was sent."""
    organization, membership = queries.reader_of(current_user, organization_id)
    claims, steps = queries.claims_of(organization_id), queries.steps_of(organization_id)
    people = queries.people_by_id([*(one.verified_by_id for one in claims), *(one.by_id for one in steps)])
    return render_template(
        "claims/index.html",
        organization=organization,
        membership=membership,
        verifies=_verifies(membership),
        claims=claims,
        steps=steps,
        people=people,
        state=sent.get("state") or forms.StateForm(formdata=None),
        level=sent.get("level") or forms.LevelForm(formdata=None),
        evidence_of=_forms_for(claims, forms.EvidenceForm, sent.get("evidence")),
        proof_of=_forms_for(claims, forms.ProofForm, sent.get("proof")),
    )


def _verifies(membership: Membership | None) -> bool:
    return membership is None and current_user.has_role(*queries.VERIFIERS)


def _forms_for(claims: Any, form: Any, sent: tuple[int, Any] | None) -> dict[int, Any]:
    """An empty form a claim, but the one that was sent; ids differ, names do not."""
    found = {}
    for one in claims:
        is_sent = sent is not None and sent[0] == one.id
        made = sent[1] if sent and is_sent else form(formdata=None, obj=one)
        for field in made:
            field.id = f"{field.name}-{one.id}"
            field.label.field_id = field.id
        found[one.id] = made
    return found


def _back(organization_id: int, said: str) -> Any:
    flash(said, "success")
    return redirect(url_for(".index", organization_id=organization_id), 303)
