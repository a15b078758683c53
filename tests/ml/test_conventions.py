"""Our estimators keep scikit-learn's conventions: `__init__` only stores, `fit` learns `name_`, clones start unlearned."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.exceptions import NotFittedError

import ml
from ml import synthetic

LABELS = [("solar", "battery"), ("solar",), (), ("chips",)]
# What each transformer is fitted on; a new one has to be added here.
INPUT: dict[str, Any] = {
    "FeatureBuilder": synthetic.organizations(60),
    "LabelWeights": LABELS,
    "TermCounter": ["solar battery packs", "", "chip packaging and test"],
    "WordVectors": ["solar battery packs", "", "chip packaging and test"],
}


def _estimators(base: type) -> list[type]:
    modules = [
        importlib.import_module(f"ml.{found.name}")
        for found in pkgutil.iter_modules(ml.__path__)
        if found.name not in ("bench", "evaluate")
    ]
    classes = {
        member
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, base) and member.__module__.startswith("ml.")
    }
    return sorted(classes, key=lambda member: member.__name__)


ESTIMATORS = _estimators(BaseEstimator)
TRANSFORMERS = _estimators(TransformerMixin)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda cls: cls.__name__)
def test_making_one_needs_no_arguments_and_stores_what_it_is_given(estimator: type) -> None:
    made = estimator()
    defaults = {
        name: parameter.default for name, parameter in inspect.signature(estimator).parameters.items()
    }
    assert made.get_params(deep=False) == defaults
    assert not [name for name in vars(made) if name.endswith("_")]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda cls: cls.__name__)
def test_a_clone_has_the_same_settings(estimator: type) -> None:
    made = estimator()
    assert clone(made).get_params(deep=False) == made.get_params(deep=False)


@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=lambda cls: cls.__name__)
def test_transforming_before_fitting_is_refused(transformer: type) -> None:
    with pytest.raises(NotFittedError):
        transformer().transform(INPUT[transformer.__name__])


@pytest.mark.parametrize("transformer", TRANSFORMERS, ids=lambda cls: cls.__name__)
def test_fitting_returns_the_transformer_learns_and_leaves_its_settings_and_input_alone(
    transformer: type,
) -> None:
    given = INPUT[transformer.__name__]
    before = given.copy(deep=True) if isinstance(given, pd.DataFrame) else list(given)
    made = transformer()
    settings = made.get_params(deep=False)
    assert made.fit(given) is made
    made.transform(given)
    assert made.get_params(deep=False) == settings
    assert [name for name in vars(made) if name.endswith("_")]
    if isinstance(given, pd.DataFrame):
        pd.testing.assert_frame_equal(given, before)
    else:
        assert given == before
