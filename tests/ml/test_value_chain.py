"""The chip supply chain: who gives what one needs comes before one's likes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ml import Recommender, synthetic
from ml.topics import runs_on
from ml.value_chain import GOES_INTO, SEGMENTS

MAKERS = {
    "resist": "Photoresist and resist developer chemicals for chip makers.",
    "masks": "Photomasks and reticles for chip makers.",
    "fab": "Semiconductor foundry: wafer fabrication for chips.",
    "frames": "Copper lead frames for chip packages.",
    "packager": "Chip assembly and packaging, an OSAT.",
    "bread": "Sourdough bread for cafes.",
}


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    rows = [
        {"id": f"{name}-{country}", "kind": "sme", "country": country, "description": says}
        for name, says in MAKERS.items()
        for country in ("IN", "US")
    ]
    return Recommender().fit(pd.concat([pd.DataFrame(rows), synthetic.organizations(100)], ignore_index=True))


@pytest.mark.parametrize(
    ("maker", "provider"), [("fab", "resist"), ("fab", "masks"), ("packager", "frames"), ("packager", "fab")]
)
def test_a_provider_of_an_input_comes_before_a_maker_of_the_same(recommender, maker, provider):
    found = recommender.score_pairs([f"{maker}-IN"] * 3, [f"{provider}-US", f"{maker}-US", "bread-US"])
    assert found["forward"][0] > found["forward"][1] + 0.1
    assert found["score"][0] > found["score"][1]
    assert found["score"][0] > found["score"][2]


def test_a_provider_serves_more_than_a_buyer_does(recommender):
    found = recommender.score_pairs(["fab-IN"], ["resist-US"])
    assert found["forward"][0] > found["backward"][0]


def test_a_baker_stands_nowhere_in_the_chain(recommender):
    links = recommender.features_.chain
    at = recommender.index_.get_indexer(["bread-IN", "resist-IN"])
    assert not links[at[0]].any()
    assert SEGMENTS[int(links[at[1]].argmax())] == "photoresists"


def test_no_product_goes_into_itself_and_every_segment_has_a_neighbor():
    assert not np.diag(GOES_INTO).any()
    assert (GOES_INTO.any(axis=0) | GOES_INTO.any(axis=1)).all()


def test_every_field_runs_on_itself_and_shares_add_up():
    table = runs_on()
    assert (np.diag(table) > 0).all()
    np.testing.assert_allclose(np.linalg.norm(table, axis=1), 1, rtol=1e-5)
