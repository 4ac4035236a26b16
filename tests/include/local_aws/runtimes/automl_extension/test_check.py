from __future__ import annotations

import sys

import pytest

from include.local_aws.runtimes.automl_extension.check import refusals
from tests.support.generated import MODULE

TAIL = "\n\ndef build_feature_transform(): ...\ndef build_label_transform(): ...\n"


def test_a_module_in_the_shape_of_a_generated_one_can_run() -> None:
    assert refusals(MODULE.format(labels="NALabelEncoder()"), "dpp7.py") == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("import tsfresh", "dpp1.py, line 1: the package tsfresh is not in the embedded image."),
        (
            "from sagemaker_sklearn_extension.feature_extraction.sequences import TSFeatureExtractor",
            "sagemaker_sklearn_extension.feature_extraction.sequences is not in the embedded image: it needs tsfresh.",
        ),
        (
            "from sagemaker_sklearn_extension.externals import AutoMLTransformer, read_csv_data",
            "read_csv_data of sagemaker_sklearn_extension.externals is not in the embedded image: it needs mlio",
        ),
        (
            "from sagemaker_sklearn_extension.externals.read_data import read_csv_data",
            "sagemaker_sklearn_extension.externals.read_data is not in the embedded image, so read_csv_data cannot",
        ),
        (
            "from sagemaker_sklearn_extension.preprocessing import RobustLabelEncoder\nRobustLabelEncoder(fill=1)",
            "dpp1.py, line 2: RobustLabelEncoder takes no argument fill in the embedded image.",
        ),
        (
            "from sklearn.preprocessing.label import LabelEncoder",
            "no module sklearn.preprocessing.label in the embedded image, so LabelEncoder cannot be had.",
        ),
        ("from sklearn.decomposition import Nothing", "line 1: Nothing of sklearn.decomposition is not in"),
        (
            "from sklearn.preprocessing import OneHotEncoder\nx = OneHotEncoder(sparse=False)",
            "dpp1.py, line 2: OneHotEncoder takes no argument sparse in the embedded image.",
        ),
        ("from . import other", "line 1: an import from its own folder"),
        ("from sklearn.impute import *", "line 1: an import of everything of sklearn.impute"),
        ("import numpy.nothing", "line 1: there is no module numpy.nothing in the embedded image."),
        ("def broken(:", "dpp1.py is not Python that can be read"),
    ],
)
def test_what_cannot_run_is_told_by_name_and_line(line: str, told: str) -> None:
    said = refusals(line + TAIL, "dpp1.py")
    assert len(said) == 1
    assert told in said[0]


def test_both_builders_are_needed() -> None:
    assert refusals("x = 1", "dpp1.py") == [
        "dpp1.py has no function build_feature_transform().",
        "dpp1.py has no function build_label_transform().",
    ]


def test_nothing_of_the_module_runs() -> None:
    """Nor of Python's own modules, some of which do things when they are imported."""
    before = set(sys.modules)
    program = "from antigravity import geohash\nimport os\nraise SystemExit(os.getcwd())"
    assert refusals(program + TAIL, "dpp1.py") == []
    assert "antigravity" not in set(sys.modules) - before
