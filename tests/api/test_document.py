"""The OpenAPI document is whole and true: schemathesis sends what it allows and what it forbids."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from app.extensions import limiter
from app.matching.models import MatchState
from app.taxonomy import Country

# Tokens are tried in test_tokens; the first two have no meaning without a run that follows links.
_NOT_HERE = {
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "object_level_authorization",
    # Rules know more than a schema can say: a title that is taken, a day that is over.
    "positive_data_acceptance",
}
_EACH = 10


@pytest.fixture
def calm(app):
    limiter.enabled = False
    yield app
    limiter.enabled = True


def _leading_somewhere(document: dict[str, Any], places: dict[str, int]) -> dict[str, Any]:
    """The document with ids that exist, so that requests get past 404."""
    led = copy.deepcopy(document)
    for methods in led["paths"].values():
        for operation in methods.values():
            for one in operation["parameters"]:
                if one["in"] == "path":
                    one["schema"] = {"type": "integer", "enum": [places[one["name"]]]}
                elif one["name"] == "If-Match":
                    one["schema"] = {"type": "string", "enum": ["*", '"1"']}
    return led


def test_every_answer_is_one_that_the_document_tells_of(calm, world, program) -> None:
    places = {
        "organization_id": program.organization.id,
        "brief_id": world.brief(program.organization).id,
        "identifier_id": world.identifier(program.organization).id,
        "match_id": world.match(
            program.organization, world.organization(Country.UNITED_STATES), MatchState.APPROVED
        ).id,
    }
    document = program.ask("GET", "/openapi.json").json
    schema = schemathesis.openapi.from_dict(_leading_somewhere(document, places))
    schema.app = calm
    excluded = [check for check in CHECKS.get_all() if check.__name__ in _NOT_HERE]
    assert len(excluded) == len(_NOT_HERE)
    answered: Counter[tuple[str, int]] = Counter()

    def send(case: Any) -> None:
        response = case.call(headers={"Authorization": program.client.environ_base["HTTP_AUTHORIZATION"]})
        answered[case.operation.label, response.status_code] += 1
        case.validate_response(response, excluded_checks=excluded)

    for result in schema.get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            strategy = result.ok().as_strategy(generation_mode=mode)
            chosen = settings(
                max_examples=_EACH,
                database=None,
                derandomize=True,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            chosen(given(case=strategy)(send))()
    succeeded = {label for label, status in answered if status < 300}
    # Their good answers ask for a number with the right check digits, and for a profile that was not handed in.
    hard = {"/organizations/{organization_id}/identifiers", "/organizations/{organization_id}/submit"}
    assert {label for label, _ in answered} - succeeded == {f"POST /api/v1{path}" for path in hard}
