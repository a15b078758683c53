"""Stuffing a profile does not pay."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from ml import Recommender, gaming, honesty, synthetic
from ml.profiles import read_profiles
from ml.stuffing import TRICKS

BATTERY = "We assemble lithium-ion battery packs for electric scooters in Pune. "
THERMAL = "Our engineers test every pack for thermal runaway before it leaves the plant."
WORDS = " ".join(f"keyword{n}" for n in range(60))


@pytest.fixture(scope="module")
def report() -> dict:
    return gaming.experiment(synthetic.organizations(400, random_state=7), random_state=7)


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_surely_gains_anything_over_honesty(report, trick):
    row = next(row for row in report["tricks"] if row["trick"] == trick)
    for gain in ("placements", "reach", "proposals"):
        assert row[gain]["low"] <= 0, row
    assert row["paid"] is False


@pytest.mark.parametrize(
    "trick", ["every_tag", "keyword_list", "hidden_words", "copied_text", "copied_profile"]
)
def test_lists_of_everything_and_copies_gain_nothing_on_average(report, trick):
    row = next(row for row in report["tricks"] if row["trick"] == trick)
    assert row["placements"]["mean"] <= 0
    assert row["reach"]["mean"] <= 0


def test_honest_profiles_stand_somewhere_and_few_are_stuffed(report):
    assert report["honest"]["placements"] > 1
    assert report["stuffed"] <= 0.02 * report["organizations"]


def test_an_interval_holds_the_mean_and_tells_a_sure_gain():
    found = gaming.interval(gaming.np.array([1.0, 2.0, 3.0, 2.0]))
    assert 1 <= found["low"] <= found["mean"] == 2 <= found["high"] <= 3


def test_places_climbed_count_from_the_end_of_the_list():
    before = pd.DataFrame({"id": ["x"], "candidate": ["a"], "rank": [5]})
    after = pd.DataFrame({"id": ["x", "y"], "candidate": ["a", "b"], "rank": [2, gaming.K]})
    assert gaming.places_climbed(before, after, pd.Index(["a", "b", "c"])).tolist() == [3, 1, 0]


def test_the_command_reads_a_file_and_prints_json(tmp_path, capsys):
    file = tmp_path / "few.jsonl"
    synthetic.organizations(60).to_json(file, orient="records", lines=True)
    gaming.main(["--file", str(file), "--profiles", "1", "--format", "json"])
    assert [row["trick"] for row in json.loads(capsys.readouterr().out)["tricks"]] == list(TRICKS)


def test_the_table_has_a_line_for_each_trick(report):
    lines = gaming.table(report).splitlines()
    assert [line.split()[0] for line in lines[2:]] == list(TRICKS)
    assert {line.split()[-1] for line in lines[2:]} == {"no"}


def test_a_list_of_bare_words_counts_up_to_its_first_ones():
    kept = honesty.without_lists(f"{BATTERY}{WORDS}")
    assert kept.startswith(BATTERY.strip())
    assert "keyword59" not in kept


def test_words_parted_by_unseen_characters_are_a_list_too():
    assert "keyword59" not in honesty.without_lists(BATTERY + WORDS.replace(" ", "\u200b"))


def test_a_list_far_longer_than_anybody_writes_counts_nothing_and_what_was_said_before_stays():
    assert honesty.without_lists(f"{BATTERY}{WORDS}").strip() == BATTERY.strip()
    assert honesty.without_lists(f"Solar pumps\n{WORDS}").strip() == "Solar pumps"
    few = " ".join(WORDS.split()[:30])
    assert honesty.without_lists(f"Solar pumps\n{few}").split()[2:5] == ["keyword0", "keyword1", "keyword2"]


@pytest.mark.parametrize("parted", [", ", " | ", "\u200b\u200b"])
def test_a_list_far_too_long_counts_nothing_even_with_small_words_in_it(parted):
    stuffed = parted.join(f"Department of Trade{n}" for n in range(40))
    kept = honesty.without_lists(f"Solar pumps\n{stuffed}")
    assert kept.startswith("Solar pumps")
    assert "Trade" not in kept


def test_so_many_tags_that_nobody_means_them_count_nothing_and_many_do():
    (_, many), _ = honesty.own_words(read_profiles(rows(tags=[f"Tag{n}" for n in range(20)])))
    (_, too_many), _ = honesty.own_words(
        read_profiles(rows(description=BATTERY, tags=[f"Tag{n}" for n in range(60)]))
    )
    assert len(many.tags) == 20
    assert too_many.tags == {}
    assert "battery" in too_many.about
    assert "Tag" not in too_many.about


@pytest.mark.parametrize("text", [BATTERY * 5, "", "सौर ऊर्जा पंप किसान सिंचाई " * 10])
def test_prose_and_other_scripts_stay_as_they_are(text):
    assert honesty.without_lists(text) == text


def rows(**other: object) -> pd.DataFrame:
    first = {"id": 1, "kind": "startup", "country": "IN", "description": BATTERY + THERMAL}
    first |= {"tags": ["Batteries"], "technologies": ["clean_energy"]}
    second = {"id": 2, "kind": "startup", "country": "IN", "name": "Echo"}
    return pd.DataFrame([first, second | other])


def test_a_copied_profile_keeps_neither_text_nor_labels_and_the_first_keeps_all():
    frame = rows(description=BATTERY + THERMAL, tags=["Batteries"], technologies=["clean_energy"])
    original, copy = read_profiles(frame)
    (kept, honest), _ = honesty.own_words([original, copy])
    assert kept == original
    assert "battery" not in honest.about
    assert (honest.tags, honest.technologies) == ({}, ())


def test_copied_sentences_are_left_out_where_there_is_more_of_its_own():
    own = "Solar pumps for small farms are what we have built since our first winter in Jaipur. " * 2
    own += "Every pump reports its water level and we repair it within three days of a fault."
    _, copy = read_profiles(rows(description=f"{own}\n{BATTERY}{THERMAL}", tags=["Solar"]))
    (_, honest), _ = honesty.own_words([*read_profiles(rows())[:1], copy])
    assert "Solar pumps" in honest.about
    assert "lithium" not in honest.about
    assert honest.tags == copy.tags


def test_a_phrase_that_two_say_by_chance_belongs_to_both():
    _, other = read_profiles(
        rows(description="We assemble lithium-ion battery packs for electric scooters in Pune.")
    )
    (_, honest), _ = honesty.own_words([*read_profiles(rows())[:1], other])
    assert honest == other


def test_who_said_it_first_may_still_say_it_when_updated_and_a_newcomer_may_not():
    recommender = Recommender().fit(pd.concat([rows(), synthetic.organizations(60)], ignore_index=True))
    recommender.update(rows().iloc[[0]].assign(tags=[["Batteries", "Scooters"]]))
    recommender.update(rows(description=BATTERY + THERMAL, tags=["Batteries"]).iloc[[1]])
    found = {profile.id: profile for profile in recommender._profiles}
    assert "lithium" in found[1].about
    assert "scooters" in found[1].tags
    assert "lithium" not in found[2].about
