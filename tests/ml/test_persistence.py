"""A model saved and loaded is the same model; a file that is not whole, not ours or not of this release is refused."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import skops.io

from ml import Recommender, persistence


@pytest.fixture
def saved(recommender: Recommender, tmp_path: Path) -> Path:
    path = tmp_path / "corridor.model"
    recommender.save(path, metrics={"ndcg@10": 0.5})
    return path


def test_a_loaded_model_gives_the_same_lists_scores_and_reasons(
    recommender: Recommender, saved: Path
) -> None:
    again = Recommender.load(saved)
    pd.testing.assert_frame_equal(again.recommend(k=5), recommender.recommend(k=5))
    pairs = (["designer", "milk"], ["osat", "dairy"])
    pd.testing.assert_frame_equal(again.score_pairs(*pairs), recommender.score_pairs(*pairs))
    assert again.explain_pairs(*pairs) == recommender.explain_pairs(*pairs)
    assert again.version_ == recommender.version_


def test_a_loaded_model_takes_changes_in_as_the_saved_one_does(corridor: pd.DataFrame, saved: Path) -> None:
    changed = corridor[corridor["id"] == "dairy"].assign(description="Power management chip design.")
    one, other = (Recommender.load(saved).update(changed) for _ in range(2))
    before = Recommender.load(saved)
    there = one.score_pairs(["designer"], ["dairy"])["score"].item()
    assert there == other.score_pairs(["designer"], ["dairy"])["score"].item()
    assert there > before.score_pairs(["designer"], ["dairy"])["score"].item()


def test_the_manifest_tells_version_metrics_and_releases_without_reading_the_archive(
    recommender: Recommender, saved: Path
) -> None:
    manifest = persistence.read_manifest(saved)
    assert manifest.version == recommender.version_
    assert manifest.metrics == {"ndcg@10": 0.5}
    assert set(manifest.libraries) == set(persistence.LIBRARIES)


def test_a_file_with_one_changed_byte_is_refused(saved: Path) -> None:
    content = bytearray(saved.read_bytes())
    content[len(content) // 2] ^= 1
    saved.write_bytes(content)
    with pytest.raises(persistence.UnreadableModel):
        Recommender.load(saved)


def test_a_file_cut_short_is_refused(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:-2000])
    with pytest.raises(persistence.UnreadableModel, match="not a whole model file"):
        Recommender.load(saved)


def test_an_archive_that_its_manifest_does_not_know_is_refused(saved: Path) -> None:
    _rewrite(saved, archive=skops.io.dumps({"is": "dict", "items": {}}))
    with pytest.raises(persistence.UnreadableModel, match="checksum"):
        Recommender.load(saved)


def test_an_archive_naming_a_strange_type_is_refused_though_its_checksum_is_right(saved: Path) -> None:
    _rewrite(
        saved, archive=skops.io.dumps({"is": "dict", "items": {"run": zipfile.ZipFile.extractall}}), sign=True
    )
    with pytest.raises(persistence.UnreadableModel, match="names types"):
        Recommender.load(saved)


def test_a_file_of_another_release_is_refused_by_name(saved: Path) -> None:
    _rewrite(saved, libraries={"numpy": "1.0", "scikit-learn": "0.1", "scipy": "0.1"})
    with pytest.raises(persistence.UnreadableModel, match="fit it anew"):
        Recommender.load(saved)


def test_a_save_that_fails_leaves_the_old_file_as_it_was(
    recommender: Recommender, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved.read_bytes()

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(persistence.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        recommender.save(saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def _rewrite(
    path: Path, archive: bytes | None = None, sign: bool = False, libraries: dict[str, str] | None = None
) -> None:
    with zipfile.ZipFile(path) as box:
        manifest, model = json.loads(box.read(persistence.MANIFEST)), box.read(persistence.MODEL)
    archive = archive or model
    if sign:
        manifest["sha256"] = persistence.hashlib.sha256(archive).hexdigest()
    manifest["libraries"] = libraries or manifest["libraries"]
    with zipfile.ZipFile(path, "w") as box:
        box.writestr(persistence.MANIFEST, json.dumps(manifest))
        box.writestr(persistence.MODEL, archive)
