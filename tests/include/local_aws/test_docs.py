"""docs/local.md, local-search.md and local-columns.md must say what the code does."""

from __future__ import annotations

import ast
import re
from typing import get_args

from include.cells import booleans, decision, missing
from include.cells import dates as cell_dates
from include.cells import kind as kinds
from include.local_aws import durable_s3, moto_services, runtimes
from include.local_aws.__main__ import READY
from include.local_aws.control.plane import OPERATIONS
from include.local_aws.faults import rules
from include.local_aws.runner import deployment, processing, runner, training, transform
from include.local_aws.runner.processes import GRACE_SECONDS
from include.local_aws.runtimes import features
from include.local_aws.runtimes.data_builder import columns
from include.local_aws.runtimes.features import dates, texts
from include.local_aws.runtimes.mlp import hyperparameters as mlp
from include.local_aws.search.algorithms import ALGORITHMS, BLENDED, BLENDED_ELSEWHERE, DEFAULT
from include.local_aws.search.check import NOT_DONE
from include.local_aws.search.columns import Columns
from include.local_aws.search.ensembling import TRIALS
from include.local_aws.search.processors import PROCESSORS
from include.local_aws.tuning.ranges import AUTO_LOGARITHMIC
from include.local_aws.tuning.run import ATTEMPTS
from tests.include.local_aws.generated.sending import MANY
from tests.support.repository import ROOT

DOCS, SEARCH, COLUMNS = (
    (ROOT / "docs" / f"{page}.md").read_text() for page in ("local", "local-search", "local-columns")
)


def test_the_table_of_operations_is_the_operations() -> None:
    rows = re.findall(r"^\| (\w+) \| (yes|no) \|", DOCS, re.MULTILINE)
    assert [name for name, done in rows if name != "operation"] == list(dict.fromkeys(name for name, _ in rows))
    assert {name for name, done in rows if done == "yes"} == set(OPERATIONS) | {"InvokeEndpoint"}


def test_numbers_and_names_are_the_codes() -> None:
    assert f"`{READY}http://127.0.0.1:PORT`" in DOCS
    assert runner.CONCURRENT_JOBS == 2
    assert "At most two run at a time" in DOCS
    assert f"{MANY:,} requests that were generated" in DOCS
    assert GRACE_SECONDS == 10
    assert "ten seconds to save" in DOCS
    assert f"{deployment.SECONDS} seconds" in DOCS
    for module in (training, processing, transform):
        assert f"`{module.LOG_GROUP}`" in DOCS
    assert f"`{deployment.LOG_GROUP}/<endpoint>`" in DOCS
    for service in moto_services.SERVICES:
        assert service.upper() in DOCS or service.title() in DOCS


def test_numbers_of_tuning_jobs_are_the_codes() -> None:
    assert f"at least {AUTO_LOGARITHMIC} times the least" in SEARCH
    assert ATTEMPTS == 5
    assert "none of the first five succeeds" in SEARCH


def test_every_image_and_algorithm_is_named() -> None:
    for repository in runtimes._RUNTIMES:
        assert f"`{repository}`" in DOCS
    for name in (*BLENDED, *BLENDED_ELSEWHERE):
        assert f"`{name}`" in SEARCH
    assert len(TRIALS) == 3
    assert "up to three trials" in SEARCH
    for name in ALGORITHMS:
        assert f"| `{name}` |" in SEARCH
    assert DEFAULT == ("xgboost",)
    assert "Without `AlgorithmsConfig` only XGBoost is tried" in SEARCH


def test_the_table_of_kinds_is_the_kinds() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", COLUMNS, re.MULTILINE)
    assert [kind for kind, _, _ in rows] == list(get_args(kinds.Name))
    for kind, _, becomes in rows:
        code = PROCESSORS[0].code(_only(kind))
        built = {name for name in features.__all__ if f"{name}(" in code}
        assert built == {name for name in features.__all__ if f"`{name}`" in becomes}, kind
        assert ("as_feature_indices" in code) == (kind != "ignored")
    by_kind = {kind: becomes for kind, _, becomes in rows}
    assert all(f"`{part}`" in by_kind["datetime"] for part in dates.PARTS if part != "elapsed")
    assert all(f"`{dates.CYCLES[0]}_{wave}`" in by_kind["datetime"] for wave in ("sin", "cos"))
    assert f"up to {dates._MOST_PAIRED} such columns" in by_kind["datetime"]
    assert f"the {columns.FLAGS} most frequent" in by_kind["categorical"]
    assert f"max_categories={columns.FLAGS}" in PROCESSORS[0].code(_only("categorical"))
    assert f"{texts._WORDS} most frequent words, {texts._TOPICS} topics" in by_kind["text"]


def test_numbers_of_columns_are_the_codes() -> None:
    told = " ".join(COLUMNS.split())
    assert f"needs {decision.FITTING:.0%}".replace("%", " %") in told
    assert f"at most {kinds.FEW} different ones in {1 / kinds.FEW_SHARE:.0f} rows or more" in told
    assert kinds.DISTINCT_SHARE == 0.5
    assert (kinds.WORDS_OF_TEXT, f"its own, {kinds.WORDS_OF_NAMES} |" in told) == (3.0, True)
    spelt = told.partition("**Missing values** are")[2].partition(" XGBoost")[0]
    assert set(re.findall(r"`([^`]+)`", spelt)) == missing.MISSING - {""}
    assert len(booleans.LANGUAGES) == 7
    for way in ("month/day/year", "day.month.year"):
        assert way in cell_dates.WAYS
    assert features.reading.MODULE in told


def _only(kind: str) -> Columns:
    described = ({"name": "a", "kind": kind, "reason": "", "missing": 0, "distinct": columns.FLAGS + 1},)
    return Columns(("y", "a"), "y", "Regression", (), {"train": 600, "validation": 0, "dropped": 0}, described)


def test_every_hyperparameter_of_mlp_is_named() -> None:
    for name in (*mlp.HONOURED, *mlp.WITHOUT_EFFECT):
        assert name.startswith("_") or name == "ml_application" or f"`{name}`" in SEARCH


def test_what_a_search_refuses_is_named() -> None:
    _, _, refused = DOCS.partition("* AutoML: ")
    assert refused.startswith("Parquet, ")
    for member in (*NOT_DONE, "FeatureSpecificationS3Uri", "SampleWeightAttributeName", "AutoMLComputeConfig"):
        assert f"`{member}`" in refused.partition("\n* ")[0]


def test_refused_bucket_settings_are_named() -> None:
    for setting in durable_s3._REFUSED_SETTINGS:
        assert setting.replace("-", " ") in DOCS


def test_the_table_of_faults_is_the_faults() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (requests|jobs) \| .* \| (.*) ?\|$", DOCS, re.MULTILINE)
    told = {fault: (of, sorted(re.findall(r"`(\w+)`", members))) for fault, of, members in rows}
    done = {fault: ("requests", sorted(members)) for fault, members in rules.REQUEST_FAULTS.items()}
    done |= {fault: ("jobs", sorted(members)) for fault, members in rules.JOB_FAULTS.items()}
    assert told == done


def test_the_example_of_rules_is_taken() -> None:
    example = re.search(r"faults\.set\(\s*(\[.*?\])\s*\)", DOCS, re.DOTALL)
    assert example
    for place, given in enumerate(ast.literal_eval(example[1]), 1):
        rules.read_rule(given, place)
