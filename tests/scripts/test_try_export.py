from __future__ import annotations

from pathlib import Path

import pytest

from scripts.try_export import TrialRefused, read_export
from tests.support.exported import JOB, export, responses
from tests.support.generated import module as generated
from tests.support.vintagefiles import changed, only
from tests.support.vintages import ensemble, image

FIT = "DescribeTrainingJob.Real-Job-1-dpp7-1"
TRAIN = "DescribeTrainingJob.Real-Job-1FqgNeC"
UNTIL = "2024-01-01"


def test_a_folder_is_read(tmp_path: Path) -> None:
    found = read_export(export(tmp_path / "job"), None, UNTIL, tmp_path / "template.json")
    assert (found.job, found.module, found.place) == (JOB, "candidate_data_processors.dpp7", "dpp7.py")
    assert found.code == "s3://made-up-bucket/out/Real-Job-1/generated_module"
    assert found.template.schema.columns == ("y", "age", "income", "job", "about", "since")
    assert found.template.searched_until.isoformat() == "2024-01-01T00:00:00+00:00"
    assert (found.algorithm, found.template.steps.train["HyperParameters"]["num_round"]) == ("xgboost", "60")


def module(text: str) -> dict[str, str]:
    return responses() | {"dpp7.py": text}


def of_fit(**changes: str) -> dict[str, object]:
    files = responses()
    name = next(name for name in files if name.startswith(FIT))
    return changed(files, name, HyperParameters=files[name]["HyperParameters"] | changes)


def from_code(uri: str) -> dict[str, object]:
    files = responses()
    fit = next(content for name, content in files.items() if name.startswith(FIT))
    fit["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = uri
    return files


def trained_by(repository: str) -> dict[str, object]:
    files = responses()
    train = next(content for name, content in files.items() if name.startswith(TRAIN))
    train["AlgorithmSpecification"]["TrainingImage"] = image(repository, "1")
    return files


def of_train(**changes: str) -> dict[str, object]:
    files = responses()
    name = next(name for name in files if name.startswith(TRAIN))
    return changed(files, name, HyperParameters=files[name]["HyperParameters"] | changes)


GOOD = responses()["dpp7.py"]
CASES = {
    "no job": (only(responses(), "dpp7.py"), "has no response of describe-auto-ml-job-v2"),
    "no module": (
        {name: content for name, content in responses().items() if name != "dpp7.py"},
        "lacks what a retraining is made of: dpp7.py, which holds the column order. docs/try.md has",
    ),
    "no fit": (
        {name: content for name, content in responses().items() if not name.startswith(FIT)},
        "lacks what a retraining is made of: DescribeTrainingJob.Real-Job-1-dpp7-1-0a1b2c3d4e5f.json",
    ),
    "no JSON": (responses() | {"more.json": "{'no"}, "more.json is not JSON"),
    "a list": (responses() | {"more.json": "[1]"}, "more.json holds a bare list; a response is one JSON object"),
    "two jobs": (responses() | ensemble("other"), "has responses about Real-Job-1, other. Say which: JOB=Real-Job-1"),
    "an ensemble": (
        ensemble("other"),
        "other cannot be retrained: other: jobs of the ENSEMBLING mode leave one AutoGluon",
    ),
    "a module out of its folder": (
        of_fit(processor_module="../../candidate_data_processors.dpp7"),
        "names the processor_module '../../candidate_data_processors.dpp7', which is no module's name",
    ),
    "code out of its folder": (
        from_code("s3://made-up-bucket/out/../../dpp7"),
        "reads its module from 's3://made-up-bucket/out/../../dpp7', which is no folder in S3",
    ),
    "an unknown package": (
        module(f"import tsfresh\n{GOOD}"),
        "This cannot run on the embedded AWS. dpp7.py, line 1: the package tsfresh is not in the embedded image.",
    ),
    "an unknown estimator": (
        module(f"{GOOD}\nfrom sagemaker_sklearn_extension.feature_extraction.sequences import TSFeatureExtractor\n"),
        "sagemaker_sklearn_extension.feature_extraction.sequences is not in the embedded image: it needs tsfresh.",
    ),
    "an unknown image": (
        trained_by("sagemaker-lightgbm"),
        "sagemaker-lightgbm",
    ),
    "an unknown hyperparameter": (of_train(magic="1"), "The algorithm's training job: "),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_tried_is_refused_in_a_sentence(tmp_path: Path, case: str) -> None:
    files, told = CASES[case]
    with pytest.raises(TrialRefused) as refused:
        read_export(export(tmp_path / "job", files=files), None, UNTIL, tmp_path / "template.json")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value).strip()


def learnt() -> dict[str, object]:
    """A job of two classes whose module leaves them to scikit-learn's encoder."""
    parts = {"numeric": (["age", "income"], ["RobustImputer()"])}
    columns = ["y", "age", "income", "job", "about", "since"]
    return responses("BinaryClassification") | {"dpp7.py": generated(columns, "y", parts, [], "LabelEncoder()")}


def test_classes_that_the_module_does_not_name_are_stated(tmp_path: Path) -> None:
    folder = export(tmp_path / "job", files=learnt())
    template = tmp_path / "template.json"
    found = read_export(folder, None, UNTIL, template, "no,yes")
    assert found.template.schema.labels == ("no", "yes")
    for labels, told in (
        (None, "names 0 classes. State them, the negative one first: --labels no,yes, or"),
        (None, "Of make try it is LABELS=no,yes."),
        (
            "yes,no",
            "LABELS=yes,no: the module's LabelEncoder numbers classes in the order of their texts, so it is LABELS=",
        ),
    ):
        with pytest.raises(TrialRefused) as refused:
            read_export(folder, None, UNTIL, template, labels)
        assert told in str(refused.value)


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text(GOOD)
    folder = export(tmp_path / "job")
    (folder / "dpp7.py").unlink()
    (folder / "dpp7.py").symlink_to(tmp_path / "secret.py")
    with pytest.raises(TrialRefused, match=r"dpp7\.py is a link\. Copy the file itself into the folder\."):
        read_export(folder, None, UNTIL, tmp_path / "template.json")
    with pytest.raises(TrialRefused, match="nowhere is no folder"):
        read_export(tmp_path / "nowhere", None, UNTIL, tmp_path / "template.json")
