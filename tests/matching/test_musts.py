"""Musts of needs and offers: whom they keep apart, and nobody else."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import pytest

from app import clock
from app.matching import eligibility, frames, musts
from app.organizations.models import Aspect, Side, Verification, Weight
from app.taxonomy import Country, Kind
from app.taxonomy.exchange import CooperationType

INDIA, US = Country.INDIA, Country.UNITED_STATES
MUST, PREFER = Weight.MUST, Weight.PREFER
CALIFORNIA = (Aspect.STATE, "US-CA", MUST)
TEXAS = (Aspect.STATE, "US-TX", MUST)


def may_meet(app, one, other) -> bool:
    with app.app_context():
        rules = eligibility.matching_rules(5)
    pair = {(one.id, other.id), (other.id, one.id)}
    return rules.allowed[rules.groups[one.id]][rules.groups[other.id]] and pair.isdisjoint(rules.excluded)


def known(**values) -> musts.Known:
    level = Verification(values.pop("verification", "unverified"))
    trl = values.pop("trl", 0)
    return musts.Known({Aspect(name): frozenset(found) for name, found in values.items()}, trl, level)


@pytest.mark.parametrize(
    ("aspect", "wanted", "held", "is_met"),
    [
        (Aspect.KIND, {"sme", "startup"}, known(kind=["sme"]), True),
        (Aspect.KIND, {"sme"}, known(kind=["investor"]), False),
        (Aspect.STATE, {"US-CA"}, known(), False),
        (Aspect.STAGE, {"seed"}, known(stage=["seed", "series_a"]), True),
        (Aspect.SIZE_CLASS, {"micro"}, known(size_class=["medium"]), False),
        (Aspect.TECHNOLOGY, {"quantum", "space"}, known(technology=["space", "ai"]), True),
        (Aspect.CERTIFICATION, {"ISO 9001", "IATF 16949"}, known(certification=["ISO 9001"]), False),
        (Aspect.CERTIFICATION, {"ISO 9001"}, known(certification=["ISO 9001", "AS9100"]), True),
        (Aspect.TRL, {"6"}, known(trl=5), False),
        (Aspect.TRL, {"6"}, known(trl=6), True),
        (Aspect.VERIFICATION, {"format"}, known(verification="document_seen"), True),
        (Aspect.VERIFICATION, {"format"}, known(verification="email_domain"), False),
    ],
)
def test_a_must_is_met_by_what_somebody_has_said(aspect, wanted, held, is_met) -> None:
    assert held.meets(aspect, frozenset(wanted)) is is_met


def test_a_must_keeps_away_who_does_not_meet_it_and_nobody_else(app, world) -> None:
    seeker = world.organization(INDIA)
    fits, misses = world.organization(US, region_code="US-CA"), world.organization(US, region_code="US-TX")
    world.brief(seeker, wishes=[CALIFORNIA])
    bystander = world.organization(INDIA)
    assert may_meet(app, seeker, fits)
    assert not may_meet(app, seeker, misses)
    assert may_meet(app, bystander, misses)


def test_one_need_or_offer_that_admits_the_partner_is_enough(app, world) -> None:
    seeker, partner = world.organization(INDIA), world.organization(US, region_code="US-TX")
    world.brief(seeker, wishes=[CALIFORNIA])
    assert not may_meet(app, seeker, partner)
    world.brief(seeker, "Another", wishes=[TEXAS], side=Side.OFFER)
    assert may_meet(app, seeker, partner)


def test_every_must_of_one_need_counts_and_the_other_side_has_its_own(app, world) -> None:
    seeker, partner = world.organization(INDIA), world.organization(US, region_code="US-CA")
    world.brief(seeker, wishes=[CALIFORNIA, (Aspect.KIND, "sme", MUST)])
    assert not may_meet(app, seeker, partner)
    firm = world.organization(US, Kind.SME, region_code="US-CA")
    assert may_meet(app, seeker, firm)
    world.brief(firm, wishes=[(Aspect.STATE, "IN-TN", MUST)])
    assert not may_meet(app, seeker, firm)


@pytest.mark.parametrize("how", ["preferred", "run out", "ended", "another without musts"])
def test_only_valid_musts_filter(app, world, how) -> None:
    seeker, partner = world.organization(INDIA), world.organization(US, region_code="US-TX")
    now = clock.now()
    fields = {
        "run out": {"valid_until": now.date() - timedelta(days=1)},
        "ended": {"ended_at": now},
    }.get(how, {})
    wish = (Aspect.STATE, "US-CA", PREFER) if how == "preferred" else CALIFORNIA
    world.brief(seeker, wishes=[wish], **fields)
    if how == "another without musts":
        world.brief(seeker, "Anybody may answer this")
    assert may_meet(app, seeker, partner)


def test_readiness_is_that_of_offers_and_a_part_of_a_technology_counts_for_the_whole(app, world) -> None:
    seeker, partner = (
        world.organization(INDIA),
        world.organization(US, technologies=["semiconductors.design"]),
    )
    world.brief(seeker, wishes=[(Aspect.TRL, "6", MUST), (Aspect.TECHNOLOGY, "semiconductors", MUST)])
    assert not may_meet(app, seeker, partner)
    world.brief(partner, "Tested chips", side=Side.OFFER, trl=7)
    assert may_meet(app, seeker, partner)


@pytest.mark.parametrize("most_groups", [1500, 12, 1])
def test_groups_and_single_pairs_say_what_looking_at_each_pair_says(monkeypatch, most_groups) -> None:
    monkeypatch.setattr(musts, "MOST_GROUPS", most_groups)
    chance = random.Random(4)
    groups = {id_: id_ % 4 for id_ in range(60)}
    allowed = [[(one + other) % 2 == 1 for other in range(4)] for one in range(4)]
    states, kinds = ["a", "b", "c"], ["x", "y"]
    held = {i: known(state=[chance.choice(states)], kind=[chance.choice(kinds)]) for i in groups}

    def condition():
        aspect, values = chance.choice([(Aspect.STATE, states), (Aspect.KIND, kinds)])
        return aspect, frozenset(chance.sample(values, chance.randint(1, len(values))))

    demands = {
        i: frozenset(frozenset({condition()}) for _ in range(chance.randint(1, 2)))
        for i in groups
        if chance.random() < 0.4
    }
    found = musts.split(groups, allowed, demands, held.__getitem__)
    excluded = {frozenset(pair) for pair in found.excluded}
    for one, other in itertools.combinations(groups, 2):
        expected = allowed[groups[one]][groups[other]] and all(
            here not in demands or musts.is_open(demands[here], held[there])
            for here, there in ((one, other), (other, one))
        )
        grouped = found.allowed[found.groups[one]][found.groups[other]]
        assert (grouped and frozenset((one, other)) not in excluded) is expected


def test_the_recommender_reads_details_preferences_and_technologies_of_valid_ones(app, world) -> None:
    organization = world.organization(INDIA, technologies=["ai"])
    world.brief(
        organization,
        detail="Lots of 500 pieces a month.",
        cooperation=CooperationType.PILOT_SITE,
        technologies=["quantum"],
        wishes=[(Aspect.CERTIFICATION, "ISO 9001", PREFER), TEXAS],
    )
    over = clock.now().date() - timedelta(days=1)
    world.brief(organization, "Over", detail="Long gone.", valid_until=over)
    with app.app_context():
        (row,) = frames.organization_frame([organization.id]).to_dict("records")
    assert row["needs"].splitlines() == [
        "Wafer supply for sensor chips",
        "Lots of 500 pieces a month.",
        "pilot site, ISO 9001",
    ]
    assert row["technologies"] == ["ai", "quantum"]
