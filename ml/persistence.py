"""Recommenders on disk: one file with a manifest and a skops archive, read only when its checksum and types are known.

The file is a zip of ``manifest.json`` (what it is, versions, metrics, SHA-256 of the rest) and ``model.skops``. Nothing in
it is ever executed: skops rebuilds only the types of `TRUSTED`, and what skops has no form for (frames, indexes, our
dataclasses) is written as plain arrays and JSON by `packed`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import skops.io

from ml.packing import packed, unpacked

FORMAT = 1
# Fitted numbers of one release of these are not promised to mean the same in another.
LIBRARIES = ("numpy", "scikit-learn", "scipy")
MODEL, MANIFEST = "model.skops", "manifest.json"
# The only types outside of skops' own list that a file may name.
TRUSTED = (
    "ml.counting.TermCounter",
    "ml.features.FeatureBuilder",
    "ml.labels.LabelWeights",
    "ml.links.LinkIndex",
    "ml.ranker.LearnedRanker",
    "ml.ranker.RuleRanker",
    "ml.recommender.Recommender",
    "ml.topics.Topics",
    "ml.towers.Towers",
    "ml.words.WordVectors",
)


class UnreadableModel(ValueError):
    """The file is not a whole model of ours, or not of this release."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file says of itself.

    Attributes
    ----------
    version : str, `Recommender.version_` of the saved model
    metrics : dict, figures its maker wrote down
    libraries : dict of library to release
    sha256 : str, hexadecimal digest of the archive
    """

    version: str
    metrics: dict[str, Any]
    libraries: dict[str, str]
    sha256: str
    format: int = FORMAT


def save(
    state: dict[str, Any], path: str | os.PathLike[str], version_: str, metrics: dict[str, Any]
) -> Manifest:
    """Write a model whole or not at all: to a new file beside `path`, which then takes its place.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    archive = skops.io.dumps(packed(state))
    manifest = Manifest(version_, metrics, _libraries(), hashlib.sha256(archive).hexdigest())
    target = Path(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as box:
                box.writestr(MANIFEST, json.dumps(_fields(manifest), indent=1, sort_keys=True))
                box.writestr(MODEL, archive)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return manifest


def read_manifest(path: str | os.PathLike[str]) -> Manifest:
    """What a file says of itself; its archive is not read.

    Raises
    ------
    UnreadableModel
        When the file is damaged, or of another format.
    OSError
        When there is none.
    """
    try:
        with zipfile.ZipFile(path) as box:
            manifest = Manifest(**json.loads(box.read(MANIFEST)))
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise UnreadableModel(f"{Path(path).name} is not a whole model file") from error
    if manifest.format != FORMAT:
        raise UnreadableModel(f"{Path(path).name} has format {manifest.format}; this release reads {FORMAT}")
    return manifest


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The state that `save` was given.

    Raises
    ------
    UnreadableModel
        When the file is damaged, was changed, names a type that is not ours, or was written with other releases of `LIBRARIES`.
    OSError
        When there is none.
    """
    manifest, name = read_manifest(path), Path(path).name
    if manifest.libraries != _libraries():
        raise UnreadableModel(
            f"{name} was written with {manifest.libraries}, here are {_libraries()}: fit it anew"
        )
    try:
        with zipfile.ZipFile(path) as box:
            archive = box.read(MODEL)
    except (zipfile.BadZipFile, KeyError) as error:
        raise UnreadableModel(f"{name} is not a whole model file") from error
    if hashlib.sha256(archive).hexdigest() != manifest.sha256:
        raise UnreadableModel(f"{name} does not have the checksum that its manifest names")
    strange = sorted(set(skops.io.get_untrusted_types(data=archive)) - set(TRUSTED))
    if strange:
        raise UnreadableModel(f"{name} names types that a model does not need: {', '.join(strange)}")
    state = unpacked(skops.io.load(io.BytesIO(archive), trusted=list(TRUSTED)))
    if not isinstance(state, dict):
        raise UnreadableModel(f"{name} holds no model")
    return state


def _libraries() -> dict[str, str]:
    return {name: ".".join(version(name).split(".")[:2]) for name in LIBRARIES}


def _fields(manifest: Manifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in Manifest.__slots__}
