"""Whole searches on small tables through the real endpoint: what they leave must be what Autopilot leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.include.local_aws.jobs import Clients, finished, until
from tests.include.local_aws.search.searches import Searched, keys, predictions, put, read, search, unpack
from tests.include.local_aws.search.tables import classes, job, regression

pytestmark = pytest.mark.whole

RECORDIO = "application/x-recordio-protobuf"
SERVE = {"SAGEMAKER_PROGRAM": "sagemaker_serve", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
SPARSE = {"AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF": "1"}


@pytest.fixture(scope="module")
def searched(clients: Clients) -> Searched:
    return Searched(clients, regression(), 4, ProblemType="Regression", AutoMLJobObjective={"MetricName": "MSE"})


@pytest.fixture(scope="module")
def binary(clients: Clients) -> Searched:
    return Searched(clients, classes(("no, thanks", "yes")), 2)


def test_the_best_candidate(searched: Searched) -> None:
    final = searched.best["FinalAutoMLJobObjectiveMetric"]
    assert (final["MetricName"], final["StandardMetricName"], "Type" in final) == ("validation:mse", "MSE", False)
    values = [one["FinalAutoMLJobObjectiveMetric"]["Value"] for one in searched.candidates]
    assert (len(values), final["Value"]) == (4, min(values))
    # The target's variance is about 10: it has learnt from numbers and from words.
    assert final["Value"] < 1.5
    metrics = {one["MetricName"]: one["Value"] for one in searched.best["CandidateProperties"]["CandidateMetrics"]}
    assert metrics["MSE"] == final["Value"]
    assert metrics["RMSE"] == pytest.approx(np.sqrt(final["Value"]), rel=0.1)
    assert set(metrics) == {"MSE", "RMSE", "MAE", "R2"}


def test_every_candidate_has_four_steps(clients: Clients, searched: Searched) -> None:
    for one in searched.candidates:
        kinds = [step["CandidateStepType"].removeprefix("AWS::SageMaker::") for step in one["CandidateSteps"]]
        assert kinds == ["ProcessingJob", "TrainingJob", "TransformJob", "TrainingJob"]
        assert one["CandidateSteps"][3]["CandidateStepName"] == one["CandidateName"]
        assert (one["CandidateStatus"], one["ObjectiveStatus"]) == ("Completed", "Succeeded")
        assert one["CreationTime"] < one["EndTime"] <= one["LastModifiedTime"]
    fits = {one["CandidateSteps"][1]["CandidateStepName"] for one in searched.candidates}
    modules = {
        clients.sagemaker.describe_training_job(TrainingJobName=fit)["HyperParameters"]["processor_module"]
        for fit in fits
    }
    assert modules == {f"candidate_data_processors.dpp{number}" for number in range(3)}


def test_the_featurizer_step(clients: Clients, searched: Searched) -> None:
    fit = clients.sagemaker.describe_training_job(TrainingJobName=searched.steps[1])
    assert fit["HyperParameters"] | {"processor_module": ""} == {
        "processor_module": "",
        "sagemaker_program": "candidate_data_processors.trainer",
        "sagemaker_submit_directory": "/opt/ml/input/data/code",
    }
    code, train = fit["InputDataConfig"]
    assert [code["ChannelName"], code["ContentType"]] == ["code", "application/x-code"]
    assert [train["ChannelName"], train["ContentType"]] == ["train", "text/csv"]
    assert train["DataSource"]["S3DataSource"]["S3Uri"].endswith("/preprocessed-data/tuning_data/train")
    assert fit["EnableNetworkIsolation"] is True
    module = code["DataSource"]["S3DataSource"]["S3Uri"].partition(f"{searched.bucket}/")[2]
    assert {f"/candidate_data_processors/{name}.py" for name in ("dpp0", "dpp1", "trainer", "sagemaker_serve")} <= set(
        keys(clients, searched.bucket, module)
    )


def test_the_interim_model_passes_the_label_on(clients: Clients, searched: Searched) -> None:
    featurize = clients.sagemaker.describe_transform_job(TransformJobName=searched.steps[2])
    assert featurize["TransformInput"]["SplitType"] == "Line"
    assert featurize["TransformOutput"]["AssembleWith"] == "None"
    assert searched.steps[2].startswith(f"{searched.name}-dpp")
    assert featurize["ModelName"].startswith(f"{searched.name}-dpp")
    container = clients.sagemaker.describe_model(ModelName=featurize["ModelName"])["PrimaryContainer"]
    accept = featurize["TransformOutput"]["Accept"]
    assert container["Environment"] == {
        **SERVE,
        **(SPARSE if accept == RECORDIO else {}),
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": accept,
        "MAX_CONTENT_LENGTH": "20000000",
    }
    folder = featurize["TransformOutput"]["S3OutputPath"].partition(f"{searched.bucket}/")[2]
    assert keys(clients, searched.bucket, folder) == ["/train/chunk_0.csv.out", "/validation/chunk_0.csv.out"]


def test_the_tuning_child(clients: Clients, searched: Searched) -> None:
    child = clients.sagemaker.describe_training_job(TrainingJobName=searched.steps[3])
    expected = {
        "_kfold": "5",
        "_tuning_objective_metric": "validation:mse",
        "objective": "reg:squarederror",
        "save_model_on_termination": "true",
    }
    assert expected.items() <= child["HyperParameters"].items()
    assert {"eta", "max_depth", "num_round", "subsample"} <= set(child["HyperParameters"])
    featurize = clients.sagemaker.describe_transform_job(TransformJobName=searched.steps[2])
    train, validation = child["InputDataConfig"]
    folder = featurize["TransformOutput"]["S3OutputPath"]
    assert [
        (channel["ChannelName"], source["S3Uri"], source["S3DataDistributionType"], channel["InputMode"])
        for channel in (train, validation)
        for source in (channel["DataSource"]["S3DataSource"],)
    ] == [
        ("train", f"{folder}/train/", "ShardedByS3Key", "Pipe"),
        ("validation", f"{folder}/validation/", "FullyReplicated", "Pipe"),
    ]
    assert {train["ContentType"], validation["ContentType"]} == {featurize["TransformOutput"]["Accept"]}
    assert child["EnableNetworkIsolation"] is True


def test_the_candidates_are_the_children_of_a_tuning_job(clients: Clients, searched: Searched) -> None:
    child = clients.sagemaker.describe_training_job(TrainingJobName=searched.steps[3])
    name = child["TuningJobArn"].partition("/")[2]
    tuner = clients.sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert name.startswith(searched.name)
    assert searched.steps[3].startswith(f"{name}-0")
    assert child["AutoMLJobArn"] == searched.described["AutoMLJobArn"]
    assert tuner["HyperParameterTuningJobStatus"] == "Completed"
    assert tuner["TrainingJobStatusCounters"]["Completed"] == len(searched.candidates)
    assert tuner["BestTrainingJob"]["TrainingJobName"] == searched.best["CandidateName"]
    listed = clients.sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert {one["TrainingJobName"] for one in listed["TrainingJobSummaries"]} == {
        one["CandidateName"] for one in searched.candidates
    }
    assert {one["TrainingJobDefinitionName"] for one in listed["TrainingJobSummaries"]} == {
        one["DefinitionName"] for one in tuner["TrainingJobDefinitions"]
    }


def test_the_inference_containers(searched: Searched) -> None:
    first, second = searched.best["InferenceContainers"]
    assert first["Environment"] == {
        **SERVE,
        **SPARSE,
        "AUTOML_TRANSFORM_MODE": "feature-transform",
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": RECORDIO,
    }
    assert second["Environment"] == {
        "MAX_CONTENT_LENGTH": "20971520",
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
    }
    assert f"/data-processor-models/{searched.steps[1]}/output/" in first["ModelDataUrl"]
    assert f"-xgb/{searched.steps[3]}/output/" in second["ModelDataUrl"]


ALONE = """
import sys
from pathlib import Path
import joblib, pandas, xgboost
saved = joblib.load(Path(sys.argv[1], "f", "model.joblib"))
features = saved["feature_transformer"].transform(pandas.DataFrame([[-2.0, 0.1], [2.0, 0.1]]))
for path in sorted(Path(sys.argv[1], "m").iterdir()):
    booster = xgboost.Booster(model_file=bytearray(path.read_bytes()))
    print(path.name, *booster.predict(xgboost.DMatrix(features)))
"""


def test_the_artifacts_of_numbers_open_without_this_package(clients: Clients, binary: Searched, tmp_path: Path) -> None:
    first, second, _ = binary.best["InferenceContainers"]
    unpack(clients, first["ModelDataUrl"], tmp_path / "f")
    unpack(clients, second["ModelDataUrl"], tmp_path / "m")
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, tmp_path], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    names, *chances = zip(*(line.split() for line in done.stdout.splitlines()), strict=True)
    assert names == tuple(f"xgboost-model-{fold}" for fold in range(5))
    no, yes = (np.mean([float(chance) for chance in of_row]) for of_row in chances)
    assert no < 0.5 < yes


def test_the_pipeline_predicts_raw_rows(clients: Clients, searched: Searched) -> None:
    rows = b"idx,1.0,0.5,red\nidy,-1.0,3.9e17,blue\nidz,,0.1,violet\n"
    answers = predictions(clients, searched.bucket, searched.best["InferenceContainers"], rows)
    values = [float(answer) for answer in answers]
    assert values[:2] == pytest.approx([5.0, -3.0], abs=1.0)
    assert len(values) == 3


def test_what_describe_tells(clients: Clients, searched: Searched) -> None:
    resolved = searched.described["ResolvedAttributes"]
    assert (resolved["ProblemType"], resolved["AutoMLJobObjective"]) == ("Regression", {"MetricName": "MSE"})
    assert resolved["CompletionCriteria"]["MaxCandidates"] == 4
    for uri in searched.described["AutoMLJobArtifacts"].values():
        notebook = json.loads(read(clients, uri))
        assert (notebook["nbformat"], len(notebook["cells"]) > 1) == (4, True)


def test_the_same_table_finds_the_same(clients: Clients, searched: Searched) -> None:
    request = job(searched.bucket, candidates=4)
    request |= {"ProblemType": "Regression", "AutoMLJobObjective": {"MetricName": "MSE"}}
    again = search(clients, request)["BestCandidate"]
    assert again["FinalAutoMLJobObjectiveMetric"] == searched.best["FinalAutoMLJobObjectiveMetric"]
    settings = [
        clients.sagemaker.describe_training_job(TrainingJobName=name)["HyperParameters"]
        for name in (again["CandidateName"], searched.best["CandidateName"])
    ]
    assert settings[0] == settings[1]


def test_two_classes(clients: Clients, binary: Searched) -> None:
    assert binary.described["ResolvedAttributes"]["ProblemType"] == "BinaryClassification"
    final = binary.best["FinalAutoMLJobObjectiveMetric"]
    assert (final["MetricName"], final["StandardMetricName"]) == ("validation:f1_binary", "F1")
    assert final["Value"] == max(one["FinalAutoMLJobObjectiveMetric"]["Value"] for one in binary.candidates) > 0.9
    child = clients.sagemaker.describe_training_job(TrainingJobName=binary.steps[3])["HyperParameters"]
    assert child["objective"] == "binary:logistic"
    assert float(child["scale_pos_weight"]) >= 1


def test_two_classes_have_three_containers(clients: Clients, binary: Searched) -> None:
    first, second, third = containers = binary.best["InferenceContainers"]
    assert third["ModelDataUrl"] == first["ModelDataUrl"]
    assert second["Environment"] == {
        "MAX_CONTENT_LENGTH": "20971520",
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
        "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label",
        "SAGEMAKER_INFERENCE_SUPPORTED": "predicted_label,probability,probabilities",
    }
    assert third["Environment"] == {
        **SERVE,
        "AUTOML_TRANSFORM_MODE": "inverse-label-transform",
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
        "SAGEMAKER_INFERENCE_INPUT": "predicted_label",
        "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label",
        "SAGEMAKER_INFERENCE_SUPPORTED": "predicted_label,probability,labels,probabilities",
    }
    answers = predictions(clients, binary.bucket, containers, b"-2.0,0.1\n2.0,0.1\n")
    assert answers == ['"no, thanks"', "yes"]


def test_three_classes(clients: Clients) -> None:
    found = Searched(
        clients,
        classes(("a", "b", "c")),
        1,
        ProblemType="MulticlassClassification",
        AutoMLJobObjective={"MetricName": "F1macro"},
    )
    assert found.best["FinalAutoMLJobObjectiveMetric"]["MetricName"] == "validation:f1_macro"
    child = clients.sagemaker.describe_training_job(TrainingJobName=found.steps[3])["HyperParameters"]
    assert (child["objective"], child["num_class"]) == ("multi:softprob", "3")
    rows = b"-2.0,0.1\n2.0,-1.0\n2.0,1.5\n"
    answers = predictions(clients, found.bucket, found.best["InferenceContainers"], rows)
    assert set(answers) == {"a", "b", "c"}
    assert answers[0] == "a"


def test_too_few_rows(clients: Clients) -> None:
    described = search(clients, job(put(clients, regression(rows=499))))
    assert described["AutoMLJobStatus"] == "Failed"
    assert described["FailureReason"].startswith("Could not complete the data builder processing job.")
    assert "the training data has 499 rows; at least 500 are needed" in described["FailureReason"]


def test_a_stopped_search_stops_its_jobs(clients: Clients) -> None:
    request = job(put(clients, regression()), candidates=750)
    name = request["AutoMLJobName"]
    clients.sagemaker.create_auto_ml_job(**request)
    until(
        lambda: clients.sagemaker.list_candidates_for_auto_ml_job(AutoMLJobName=name),
        lambda listed: len(listed["Candidates"]) > 1,
    )
    clients.sagemaker.stop_auto_ml_job(AutoMLJobName=name)
    described = finished(clients.sagemaker, "AutoML", name)
    assert described["AutoMLJobStatus"] == "Stopped"
    candidates = clients.sagemaker.list_candidates_for_auto_ml_job(AutoMLJobName=name)["Candidates"]
    assert "InProgress" not in {one["CandidateStatus"] for one in candidates}
    jobs = clients.sagemaker.list_training_jobs(NameContains=name)["TrainingJobSummaries"]
    assert "InProgress" not in {one["TrainingJobStatus"] for one in jobs}


def test_a_search_out_of_time_keeps_what_it_has(clients: Clients) -> None:
    for seconds in (10, 40, 160):  # a busy machine may not finish one candidate in ten
        criteria = {"MaxCandidates": 750, "MaxAutoMLJobRuntimeInSeconds": seconds}
        request = job(put(clients, regression()), CompletionCriteria=criteria)
        described = search(clients, request)
        if "BestCandidate" in described:
            break
    assert described["AutoMLJobStatus"] == "Completed", described
    assert described["AutoMLJobSecondaryStatus"] == "MaxAutoMLJobRuntimeReached"
    assert described["BestCandidate"]["CandidateStatus"] == "Completed"
    candidates = clients.sagemaker.list_candidates_for_auto_ml_job(AutoMLJobName=request["AutoMLJobName"])["Candidates"]
    assert {one["CandidateStatus"] for one in candidates} <= {"Completed", "Stopped"}


def test_a_search_without_time(clients: Clients) -> None:
    criteria = {"MaxAutoMLJobRuntimeInSeconds": 1}
    described = search(clients, job(put(clients, regression()), CompletionCriteria=criteria))
    assert (described["AutoMLJobStatus"], described["AutoMLJobSecondaryStatus"]) == (
        "Completed",
        "MaxAutoMLJobRuntimeReached",
    )
    assert not {"BestCandidate", "FailureReason"} & set(described)


def test_settings_reach_every_job(clients: Clients) -> None:
    vpc = {"SecurityGroupIds": ["sg-0123456789abcdef0"], "Subnets": ["subnet-0123456789abcdef0"]}
    key = "arn:aws:kms:us-east-1:123456789012:key/0"
    security = {"VolumeKmsKeyId": key, "EnableInterContainerTrafficEncryption": True, "VpcConfig": vpc}
    request = job(put(clients, regression()), candidates=1, SecurityConfig=security)
    request["AutoMLJobConfig"]["CompletionCriteria"]["MaxRuntimePerTrainingJobInSeconds"] = 77
    best = search(clients, request)["BestCandidate"]
    built, fitted, featurized, trained = (step["CandidateStepName"] for step in best["CandidateSteps"])
    for name in (fitted, trained):
        described = clients.sagemaker.describe_training_job(TrainingJobName=name)
        assert (described["VpcConfig"], described["ResourceConfig"]["VolumeKmsKeyId"]) == (vpc, key)
        assert described["EnableInterContainerTrafficEncryption"] is True
        assert described["RoleArn"] == request["RoleArn"]
    assert described["StoppingCondition"]["MaxRuntimeInSeconds"] == 77
    described = clients.sagemaker.describe_processing_job(ProcessingJobName=built)
    assert described["NetworkConfig"]["VpcConfig"] == vpc
    described = clients.sagemaker.describe_transform_job(TransformJobName=featurized)
    assert described["TransformResources"]["VolumeKmsKeyId"] == key
    assert clients.sagemaker.describe_model(ModelName=described["ModelName"])["VpcConfig"] == vpc
