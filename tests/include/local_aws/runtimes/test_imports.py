"""Generated programs and artifacts import names of their image, so that they outlive a move of this package."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

import pytest

import include.local_aws.runtimes.autogluon.serving
import include.local_aws.runtimes.sklearn_automl
from include.local_aws.runtimes.autogluon import model
from include.local_aws.runtimes.imports import provide
from include.local_aws.runtimes.sklearn_automl.header import Header

OLD = """
from include.local_aws.runtimes.sklearn_automl.fitting import fit_processor
from include.local_aws.runtimes.sklearn_automl.header import Header
from include.local_aws.runtimes.sklearn_automl.label_encoders import NALabelEncoder, RobustLabelEncoder
from include.local_aws.runtimes.sklearn_automl.serving import load
from include.local_aws.runtimes.autogluon.serving import load
"""


@pytest.fixture
def made_up() -> Iterator[None]:
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "made_up"]:
        del sys.modules[name]


def test_a_provided_name_is_imported_like_any_other(made_up: None) -> None:
    provide("made_up.deep.place", answer=42)
    provide("made_up.deep", other=1)
    found: dict[str, object] = {}
    exec("import made_up.deep.place; from made_up.deep import other, place", found)  # noqa: S102
    assert (found["other"], found["place"]) == (1, sys.modules["made_up.deep.place"])
    assert sys.modules["made_up.deep.place"].answer == 42


def test_what_is_provided_is_what_the_container_uses() -> None:
    assert importlib.import_module("sagemaker_sklearn_extension.externals").Header is Header
    ensemble = importlib.import_module("automl_containers.ensemble")
    assert ensemble.load is include.local_aws.runtimes.autogluon.serving.load


def test_the_serving_program_of_an_ensemble_names_no_path_of_this_repository() -> None:
    assert "include" not in model._SERVE


def test_what_earlier_searches_saved_still_finds_its_imports() -> None:
    exec(OLD, {})  # noqa: S102
