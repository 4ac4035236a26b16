"""The candidate definition notebook holds the search's own requests, and running it searches again."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from include.local_aws.search.algorithms import ALGORITHMS
from include.local_aws.search.columns import Columns
from include.local_aws.search.names import Names
from include.local_aws.search.notebooks.definition import definition
from include.local_aws.search.objectives import objective_for
from include.local_aws.search.processors import processors_for
from include.local_aws.search.requests import Requests
from include.local_aws.search.space import SPACES, fixed
from tests.include.local_aws.jobs import Clients, unique
from tests.include.local_aws.search.notebooks.explored import settings_of
from tests.include.local_aws.search.notebooks.hostile import HOSTILE
from tests.include.local_aws.search.searches import Searched, predictions, read
from tests.include.local_aws.search.tables import classes, regression
from tests.support.notebooks import execute, shown

ROWS = {"train": 500, "validation": 100, "dropped": 0}


def written(columns: Columns, algorithms: Sequence[str] = tuple(ALGORITHMS), **more: Any) -> tuple[str, Requests]:
    settings = settings_of("bucket", columns.target, **more)
    requests = Requests(settings, Names(settings.name, settings.output))
    objective = objective_for(columns.problem_type, None)
    return definition(requests, objective, columns, processors_for(algorithms), "SYNTHETIC"), requests


def of(labels: Sequence[str] = (), names: Sequence[str] = ("y", "a", "b")) -> Columns:
    described = tuple(
        {"name": name, "kind": "numeric", "reason": "", "missing": 0, "distinct": 9} for name in names[1:]
    )
    problem = {0: "Regression", 2: "BinaryClassification"}.get(len(labels), "MulticlassClassification")
    return Columns(tuple(names), names[0], problem, tuple((label, 300) for label in labels), ROWS, described)


def values(text: str) -> dict[str, Any]:
    """Read every literal that a cell gives a name, those of PIPELINES by the pipeline's."""
    notebook, found = nbformat.reads(text, as_version=4), dict[str, Any]()
    for cell in notebook.cells:
        for one in ast.parse(cell.source).body if cell.cell_type == "code" else []:
            if isinstance(one, ast.Assign) and isinstance(one.value, ast.Dict | ast.List | ast.Constant):
                (target,) = one.targets
                name = target.slice if isinstance(target, ast.Subscript) else target
                try:
                    found[ast.unparse(name).strip("'")] = ast.literal_eval(one.value)
                except ValueError:
                    continue  # put together from others
    return found


def test_the_requests_are_those_of_the_search() -> None:
    columns = of()
    text, requests = written(columns)
    found, objective = values(text), objective_for("Regression", None)
    assert found["RANGES"] == {name: space.parameters() for name, space in SPACES.items()}
    assert found["PIPELINES_TO_RUN"] == [one.pipeline for one in processors_for(ALGORITHMS)]
    for processor in processors_for(ALGORITHMS):
        told = found[processor.pipeline]
        fit = requests.fit(processor)
        assert told["fit featurizer"]["HyperParameters"] == fit["HyperParameters"]
        assert told["fit featurizer"]["InputDataConfig"] == fit["InputDataConfig"]
        assert told["train"]["StaticHyperParameters"] == fixed(processor.algorithm, objective, columns)
        assert told["train"]["DefinitionName"] == processor.pipeline
        assert told["featurize"]["TransformInput"] == requests.featurize(processor)["TransformInput"]
        assert [one["Environment"] for one in told["inference containers"]] == [
            one["Environment"] for one in requests.inference_containers(processor.algorithm, "", "", columns)
        ]


@pytest.mark.parametrize("labels", [(), ("no", "yes"), ("a", "b", "c")])
def test_keys_and_networks_are_carried_over(labels: tuple[str, ...]) -> None:
    vpc = {"SecurityGroupIds": ["sg-0123456789abcdef0"], "Subnets": ["subnet-0123456789abcdef0"]}
    security = {"VolumeKmsKeyId": "volume", "VpcConfig": vpc, "EnableInterContainerTrafficEncryption": True}
    text, _ = written(
        of(labels),
        ("xgboost",),
        AutoMLJobConfig={"SecurityConfig": security},
        OutputDataConfig={"S3OutputPath": "s3://bucket/out", "KmsKeyId": "output"},
    )
    told = values(text)["dpp0-xgb"]
    for request in ("fit featurizer", "train"):
        assert told[request]["VpcConfig"] == vpc
        assert told[request]["ResourceConfig"]["VolumeKmsKeyId"] == "volume"
        assert told[request]["OutputDataConfig"] == {"KmsKeyId": "output"}
        assert told[request]["EnableInterContainerTrafficEncryption"] is True
    assert told["featurizer model"]["VpcConfig"] == vpc
    assert told["featurize"]["TransformOutput"]["KmsKeyId"] == "output"
    assert len(told["inference containers"]) == (3 if labels else 2)


@pytest.mark.parametrize("target", HOSTILE)
def test_hostile_names(target: str) -> None:
    text, _ = written(of((target + "0", target + "1"), (target, *(f"{name}!" for name in HOSTILE))))
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    title = notebook.cells[0].source
    assert "SYNTHETIC" in title.replace("&#32;", " ")
    assert "<script" not in title
    plain, _ = written(of())
    assert len(title.splitlines()) == len(nbformat.reads(plain, as_version=4).cells[0].source.splitlines())
    for cell in notebook.cells:
        if cell.cell_type == "code":
            compile(cell.source, "cell", "exec")


@dataclass
class Rerun:
    """A search, and its notebook after it ran."""

    searched: Searched
    said: str
    tuned: dict[str, Any]
    containers: list[dict[str, Any]]


def rerun(clients: Clients, folder: Path, data: bytes, **chosen: Any) -> Rerun:
    searched = Searched(clients, data, 4)
    text = read(clients, searched.described["AutoMLJobArtifacts"]["CandidateDefinitionNotebookLocation"]).decode()
    model = unique("best")
    said = shown(execute(text, folder, clients.url, MODEL_NAME=model, **chosen))
    (tuner,) = clients.sagemaker.list_hyper_parameter_tuning_jobs(
        NameContains=f"{searched.name[:12]}-", SortBy="CreationTime", SortOrder="Descending", MaxResults=1
    )["HyperParameterTuningJobSummaries"]
    tuned = clients.sagemaker.describe_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=tuner["HyperParameterTuningJobName"]
    )
    assert tuned["HyperParameterTuningJobName"] in said
    # A description tells more than can be asked for again, such as ModelDataSource.
    told = clients.sagemaker.describe_model(ModelName=model)["Containers"]
    containers = [{name: one[name] for name in ("Image", "ModelDataUrl", "Environment")} for one in told]
    return Rerun(searched, said, tuned, containers)


def unlabelled(data: bytes) -> tuple[bytes, list[str]]:
    """Return a table's rows without header and target, which is the last column, and the targets."""
    pairs = [line.rpartition(",") for line in data.decode().splitlines()[1:]]
    return "".join(f"{row}\n" for row, _, _ in pairs).encode(), [target.strip('"') for _, _, target in pairs]


@pytest.mark.whole
def test_a_regression_as_good_as_the_search(clients: Clients, tmp_path: Path) -> None:
    done = rerun(clients, tmp_path, regression(), MAX_CANDIDATES=6)
    searched = done.searched.best["FinalAutoMLJobObjectiveMetric"]["Value"]
    found = done.tuned["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    assert done.tuned["TrainingJobStatusCounters"]["Completed"] == 6
    assert found < 1.25 * searched
    assert [one["Environment"] for one in done.containers] == [
        one["Environment"] for one in done.searched.best["InferenceContainers"]
    ]
    # A holdout that neither has seen: another draw of the same world.
    rows, targets = unlabelled(regression(seed=1))
    truth = np.array(targets, dtype=float)
    first, second = (
        float(
            np.sqrt(
                np.mean((np.array(predictions(clients, done.searched.bucket, containers, rows), float) - truth) ** 2)
            )
        )
        for containers in (done.searched.best["InferenceContainers"], done.containers)
    )
    assert second < 1.2 * first < 1.2 * truth.std() / 2


@pytest.mark.whole
@pytest.mark.parametrize("labels", [("no, thanks", "yes"), ("a", "b", "c")])
def test_classes_as_good_as_the_search(clients: Clients, tmp_path: Path, labels: tuple[str, ...]) -> None:
    rows, targets = unlabelled_classes(labels)
    done = rerun(clients, tmp_path, classes(labels), MAX_CANDIDATES=3, PIPELINES_TO_RUN=["dpp0-xgb", "dpp1-xgb"])
    used = {one["DefinitionName"] for one in done.tuned["TrainingJobDefinitions"]}
    assert used == {"dpp0-xgb", "dpp1-xgb"}  # the third is left out, as was chosen
    assert len(done.containers) == 3
    assert done.containers[0]["ModelDataUrl"] == done.containers[2]["ModelDataUrl"]
    first, second = (
        np.mean([answer.strip('"') == target for answer, target in zip(answers, targets, strict=True)])
        for answers in (
            predictions(clients, done.searched.bucket, containers, rows)
            for containers in (done.searched.best["InferenceContainers"], done.containers)
        )
    )
    assert second > first - 0.03
    assert second > 0.9


def unlabelled_classes(labels: tuple[str, ...]) -> tuple[bytes, list[str]]:
    """Return a holdout: another draw, without the targets."""
    lines = classes(labels, seed=1).decode().splitlines()[1:]
    cells = [line.split(",", 2) for line in lines]
    return "".join(f"{u},{v}\n" for u, v, _ in cells).encode(), [target.strip('"') for _, _, target in cells]


@pytest.mark.whole
def test_rows_are_predicted_where_they_are_named(clients: Clients, tmp_path: Path) -> None:
    bucket = unique("rows")
    clients.s3.create_bucket(Bucket=bucket)
    clients.s3.put_object(Bucket=bucket, Key="rows.csv", Body=unlabelled(regression(rows=7))[0])
    address = f"s3://{bucket}/rows.csv"
    chosen = {"MAX_CANDIDATES": 1, "PIPELINES_TO_RUN": ["dpp0-xgb"], "ROWS_TO_PREDICT": address}
    done = rerun(clients, tmp_path, regression(), **chosen)
    place = done.said.rpartition("are in ")[2].split()[0]
    assert len(read(clients, f"{place}/rows.csv.out").decode().splitlines()) == 7


@pytest.mark.whole
def test_a_pipeline_that_fails_is_left_out(clients: Clients, tmp_path: Path) -> None:
    searched = Searched(clients, regression(), 1)
    text = read(clients, searched.described["AutoMLJobArtifacts"]["CandidateDefinitionNotebookLocation"]).decode()
    broken = text.replace(
        "'processor_module': 'candidate_data_processors.dpp1'", "'processor_module': 'candidate_data_processors.gone'"
    )
    assert broken != text
    said = shown(execute(broken, tmp_path, clients.url, MAX_CANDIDATES=2))
    assert "dpp1-xgb is left out" in said
