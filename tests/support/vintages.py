"""Descriptions in the shapes that Autopilot left over the years. All values are made up; nothing here ran.

``hpo`` makes the folder of one finished job of the hyperparameter-tuning mode: what DescribeAutoMLJob(V2) and the
descriptions of its steps say, and the generated module. What a year or an algorithm does differently stands in the
tables.
"""

from __future__ import annotations

import copy
from typing import Any

Files = dict[str, Any]

ROLE = "arn:aws:iam::111122223333:role/service-role/Modeller"
BUCKET = "s3://made-up-bucket/out"
XGBOOST, LINEAR, MLP = "xgboost", "linear-learner", "mlp"
# year -> the featurizer's tag, XGBoost's tag, the old layout of the served code? 2021 begins in October 2020.
YEARS = {
    2020: ("0.1.0-cpu-py3", "0.90-1-cpu-py3", True),
    2021: ("0.2-1-cpu-py3", "1.2-2-cpu-py3", True),
    2022: ("2.5-1-cpu-py3", "1.3-1-cpu-py3", False),
    2023: ("2.5-1-cpu-py3", "1.3-1-cpu-py3", False),
    2025: ("2.5-1-cpu-py3", "1.3-1-cpu-py3", False),
}
IMAGES = {
    XGBOOST: ("683313688378", "sagemaker-xgboost"),
    LINEAR: ("382416733822", "linear-learner"),
    MLP: ("382416733822", "mxnet-algorithms"),
}
OBJECTIVES = {"Regression": "MSE", "BinaryClassification": "F1", "MulticlassClassification": "Accuracy"}
LOGGED = {
    (XGBOOST, "Regression"): "validation:mse",
    (XGBOOST, "BinaryClassification"): "validation:f1_binary",
    (XGBOOST, "MulticlassClassification"): "validation:accuracy",
    (LINEAR, "Regression"): "validation:mse",
    (LINEAR, "BinaryClassification"): "validation:binary_f_beta",
    (LINEAR, "MulticlassClassification"): "validation:multiclass_accuracy",
    (MLP, "Regression"): "validation:mse",
    (MLP, "BinaryClassification"): "validation:binary_f_beta",
    (MLP, "MulticlassClassification"): "validation:accuracy",
}
PROBLEM_PARAMETERS: dict[tuple[str, str], dict[str, str]] = {
    (XGBOOST, "Regression"): {"objective": "reg:squarederror"},
    (XGBOOST, "BinaryClassification"): {"objective": "binary:logistic", "scale_pos_weight": "3.5"},
    (XGBOOST, "MulticlassClassification"): {"objective": "multi:softprob", "num_class": "3"},
    (LINEAR, "Regression"): {"predictor_type": "regressor"},
    (LINEAR, "BinaryClassification"): {"predictor_type": "binary_classifier"},
    (LINEAR, "MulticlassClassification"): {"predictor_type": "multiclass_classifier", "num_classes": "3"},
    (MLP, "Regression"): {"problem_type": "regression", "num_categorical_features": "2"},
    (MLP, "BinaryClassification"): {"problem_type": "binary_classification", "num_categorical_features": "2"},
    (MLP, "MulticlassClassification"): {"problem_type": "multiclass_classification", "num_classes": "3"},
}
LABELS = {
    "Regression": "NALabelEncoder()",
    "BinaryClassification": "RobustLabelEncoder(labels=['no'], fill_label_value='yes', include_unseen_class=True)",
    "MulticlassClassification": "RobustLabelEncoder(labels=['low', 'mid', 'high'])",
}
MODULE = """from sagemaker_sklearn_extension.externals import Header
HEADER = Header(column_names=['y', '', 'age', 'job'], target_column_name='y')
def build_feature_transform():
    numeric = HEADER.as_feature_indices(['', 'age'])
    categorical = HEADER.as_feature_indices(['job'])
def build_label_transform():
    return {labels}
raise SystemExit('never executed')
"""


def hpo(
    name: str = "made-up",
    year: int = 2025,
    version: int = 2,
    problem: str = "Regression",
    algorithm: str = XGBOOST,
) -> Files:
    """Return the files of one finished job."""
    steps = step_names(name)
    job = described_job(name, version, year, problem)
    job["BestCandidate"] = candidate(name, year, problem, algorithm)
    return {
        f"DescribeAutoMLJob{'V2' if version == 2 else ''}.{name}.json": job,
        f"DescribeTrainingJob.{steps['fit']}.json": fit_job(name, year),
        f"DescribeTransformJob.{steps['featurize']}.json": transform_job(name),
        f"DescribeTrainingJob.{steps['train']}.json": training_job(name, year, problem, algorithm),
        f"DescribeModel.{steps['featurizer']}.json": model(name, year),
        "dpp7.py": MODULE.replace("{labels}", LABELS[problem]),
    }


def step_names(name: str) -> dict[str, str]:
    return {
        "split": f"{name}-db-1-0a1b2c3d4e5f",
        "fit": f"{name}-dpp7-1-0a1b2c3d4e5f",
        "featurize": f"{name}-dpp7-rpb-1-0a1b2c3d4e5f",
        "train": f"{name}FqgNeC-008-c0ecb8eb",
        "featurizer": f"{name}-dpp7-model-0a1b2c3d4e5f",
    }


def image(repository: str, tag: str, account: str = "683313688378") -> str:
    return f"{account}.dkr.ecr.us-east-1.amazonaws.com/{repository}:{tag}"


def algorithm_image(algorithm: str, year: int, serving: bool) -> str:
    account, repository = IMAGES[algorithm]
    tag = YEARS[year][1] if algorithm == XGBOOST else "inference-cpu" if serving else "training-cpu"
    return image(repository, tag, account)


def arn(kind: str, name: str) -> str:
    return f"arn:aws:sagemaker:us-east-1:111122223333:{kind}/{name.lower()}"


def described_job(name: str, version: int, year: int, problem: str) -> Files:
    """The job without a candidate. The first version tells the problem type only where it resolved it."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://made-up-bucket/in"}}
    common = {
        "AutoMLJobName": name,
        "AutoMLJobArn": arn("automl-job", name),
        "OutputDataConfig": {"KmsKeyId": "", "S3OutputPath": BUCKET},
        "RoleArn": ROLE,
        "CreationTime": "2020-04-13T15:01:07.921000+01:00" if year == 2020 else 1700000000.5,
        "LastModifiedTime": f"{year}-11-13T16:01:07.921000+00:00",
        "AutoMLJobStatus": "Completed",
        "AutoMLJobSecondaryStatus": "MaxCandidatesReached" if year == 2020 else "Completed",
        "ResponseMetadata": {"HTTPStatusCode": 200, "RetryAttempts": 0},
        "CreatedBy": {"Unmodelled": True},
    }
    security = {
        "VolumeKmsKeyId": "alias/volume",
        "EnableInterContainerTrafficEncryption": True,
        "VpcConfig": {"SecurityGroupIds": ["sg-0"], "Subnets": ["subnet-0"]},
    }
    if version == 1:
        return common | {
            "InputDataConfig": [{"DataSource": source, "TargetAttributeName": "y"}],
            "AutoMLJobConfig": {"CompletionCriteria": {"MaxCandidates": 10}, "SecurityConfig": security},
            "GenerateCandidateDefinitionsOnly": False,
            "ResolvedAttributes": {
                "AutoMLJobObjective": {"MetricName": OBJECTIVES[problem]},
                "ProblemType": problem,
                "CompletionCriteria": {"MaxCandidates": 10, "MaxAutoMLJobRuntimeInSeconds": 2592000},
            },
        }
    tabular = {"TargetAttributeName": "y", "Mode": "HYPERPARAMETER_TUNING", "CompletionCriteria": {"MaxCandidates": 10}}
    return common | {
        "AutoMLJobInputDataConfig": [{"ChannelType": "training", "DataSource": source}],
        "AutoMLProblemTypeConfig": {"TabularJobConfig": tabular},
        "AutoMLProblemTypeConfigName": "Tabular",
        "SecurityConfig": security,
        "ResolvedAttributes": {
            "AutoMLJobObjective": {"MetricName": OBJECTIVES[problem]},
            "AutoMLProblemTypeResolvedAttributes": {"TabularResolvedAttributes": {"ProblemType": problem}},
        },
    }


def candidate(name: str, year: int, problem: str, algorithm: str) -> Files:
    steps = step_names(name)
    kinds = {"split": "ProcessingJob", "fit": "TrainingJob", "featurize": "TransformJob", "train": "TrainingJob"}
    metric: dict[str, Any] = {"MetricName": LOGGED[algorithm, problem], "Value": "0.25" if year == 2020 else 0.25}
    if year >= 2022:
        metric["StandardMetricName"] = OBJECTIVES[problem]
    return {
        "CandidateName": steps["train"],
        "FinalAutoMLJobObjectiveMetric": metric,
        "ObjectiveStatus": "Succeeded",
        "CandidateSteps": [
            {
                "CandidateStepType": f"AWS::SageMaker::{kind}",
                "CandidateStepArn": arn(kind.replace("Job", "-job").lower(), steps[role]),
                "CandidateStepName": steps[role],
            }
            for role, kind in kinds.items()
        ],
        "CandidateStatus": "Completed",
        "InferenceContainers": containers(name, year, problem, algorithm),
        "CreationTime": "2023-11-14T22:13:20+00:00",
    }


def artifact(name: str, role: str) -> str:
    return f"{BUCKET}/{name}/{role}/{step_names(name)[role]}/output/model.tar.gz"


def containers(name: str, year: int, problem: str, algorithm: str) -> list[Files]:
    tag, _, old = YEARS[year]
    classes = problem != "Regression"
    accept = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"
    served = {
        "SAGEMAKER_PROGRAM": "sagemaker_serve",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/sagemaker_serve.py" if old else "/opt/ml/model/code",
    }
    featurizer = {"Image": image("sagemaker-sklearn-automl", tag), "ModelDataUrl": artifact(name, "fit")}
    first = {
        "AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF": "1",
        "AUTOML_TRANSFORM_MODE": "feature-transform",
        accept: "application/x-recordio-protobuf",
        **served,
    }
    second = {"MAX_CONTENT_LENGTH": "20971520", accept: "text/csv"}
    second |= {LINEAR: {"ML_APPLICATION": "linear_learner"}, MLP: {"ML_APPLICATION": "mlp"}}.get(algorithm, {})
    third = {"AUTOML_TRANSFORM_MODE": "inverse-label-transform", accept: "text/csv", **served}
    if classes and year != 2020:
        second |= {
            "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label",
            "SAGEMAKER_INFERENCE_SUPPORTED": "predicted_label,probability,probabilities",
        }
        third |= {
            "SAGEMAKER_INFERENCE_INPUT": "predicted_label",
            "SAGEMAKER_INFERENCE_OUTPUT": "predicted_label",
            "SAGEMAKER_INFERENCE_SUPPORTED": "predicted_label,probability,labels,probabilities",
        }
    trained = {"Image": algorithm_image(algorithm, year, serving=True), "ModelDataUrl": artifact(name, "train")}
    pipeline = [{**featurizer, "Environment": first}, {**trained, "Environment": second}]
    return [*pipeline, {**featurizer, "Environment": third}] if classes else pipeline


def channel(name: str, uri: str, **more: str) -> Files:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, "CompressionType": "None", **more}


def fit_job(name: str, year: int) -> Files:
    return {
        "TrainingJobName": step_names(name)["fit"],
        "TrainingJobArn": arn("training-job", step_names(name)["fit"]),
        "ModelArtifacts": {"S3ModelArtifacts": artifact(name, "fit")},
        "TrainingJobStatus": "Completed",
        "HyperParameters": {
            "processor_module": "candidate_data_processors.dpp7",
            "sagemaker_program": "candidate_data_processors.trainer",
            "sagemaker_submit_directory": "/opt/ml/input/data/code",
        },
        "AlgorithmSpecification": {
            "TrainingImage": image("sagemaker-sklearn-automl", YEARS[year][0]),
            "TrainingInputMode": "File",
        },
        "RoleArn": ROLE,
        "InputDataConfig": [
            channel("code", f"{BUCKET}/{name}/generated_module", ContentType="application/x-code"),
            channel("train", f"{BUCKET}/{name}/preprocessed-data/tuning_data/train", ContentType="text/csv"),
        ],
        "OutputDataConfig": {"KmsKeyId": "", "S3OutputPath": f"{BUCKET}/{name}/fit"},
        "ResourceConfig": {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "CreationTime": 1700000000,
    }


def transform_job(name: str) -> Files:
    steps = step_names(name)
    return {
        "TransformJobName": steps["featurize"],
        "TransformJobArn": arn("transform-job", steps["featurize"]),
        "TransformJobStatus": "Completed",
        "ModelName": steps["featurizer"],
        "MaxConcurrentTransforms": 4,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{BUCKET}/{name}/tuning_data"}},
            "ContentType": "text/csv",
            "CompressionType": "None",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": f"{BUCKET}/{name}/transformed-data/dpp7/rpb",
            "Accept": "application/x-recordio-protobuf",
            "AssembleWith": "None",
            "KmsKeyId": "",
        },
        "TransformResources": {"InstanceType": "ml.m5.4xlarge", "InstanceCount": 1},
        "AutoMLJobArn": arn("automl-job", name),
        "DataProcessing": {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"},
    }


def training_job(name: str, year: int, problem: str, algorithm: str) -> Files:
    features = f"{BUCKET}/{name}/transformed-data/dpp7/rpb"
    recordio = {"ContentType": "application/x-recordio-protobuf", "InputMode": "Pipe"}
    return {
        "TrainingJobName": step_names(name)["train"],
        "TrainingJobArn": arn("training-job", step_names(name)["train"]),
        "AutoMLJobArn": arn("automl-job", name),
        "ModelArtifacts": {"S3ModelArtifacts": artifact(name, "train")},
        "TrainingJobStatus": "Completed",
        "HyperParameters": {
            "_kfold": "5",
            "_tuning_objective_metric": LOGGED[algorithm, problem],
            **PROBLEM_PARAMETERS[algorithm, problem],
        },
        "AlgorithmSpecification": {
            "TrainingImage": algorithm_image(algorithm, year, serving=False),
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "validation:mse", "Regex": "mse=(.*)"}],
        },
        "RoleArn": ROLE,
        "InputDataConfig": [
            channel("train", f"{features}/train", **recordio),
            channel("validation", f"{features}/validation", **recordio),
        ],
        "OutputDataConfig": {"KmsKeyId": "alias/output", "S3OutputPath": f"{BUCKET}/{name}/train"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.12xlarge",
            "InstanceCount": 1,
            "VolumeSizeInGB": 50,
            "DisableEFA": True,
        },
        "VpcConfig": {"SecurityGroupIds": ["sg-0"], "Subnets": ["subnet-0"]},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": True,
        "EnableManagedSpotTraining": False,
        "CheckpointConfig": {"S3Uri": f"{BUCKET}/{name}/checkpoints"},
        "RetryStrategy": {"MaximumRetryAttempts": 2},
        "Environment": {"EMPTY": "", "API_TOKEN": "do-not-print"},
        "ProfilerConfig": {"S3OutputPath": f"{BUCKET}/{name}/profile"},
        "EnableFFM": False,
        "CreationTime": "2023-11-14T22:13:20+00:00",
    }


def model(name: str, year: int) -> Files:
    """The model of the featurize step: the first inference container's artifact without AUTOML_TRANSFORM_MODE."""
    container = copy.deepcopy(containers(name, year, "Regression", XGBOOST)[0])
    del container["Environment"]["AUTOML_TRANSFORM_MODE"]
    container["Environment"]["MAX_CONTENT_LENGTH"] = "20000000"
    return {
        "ModelName": step_names(name)["featurizer"],
        "PrimaryContainer": container,
        "ExecutionRoleArn": ROLE,
        "CreationTime": 1700000000,
        "ModelArn": arn("model", step_names(name)["featurizer"]),
        "EnableNetworkIsolation": True,
    }


def ensemble(name: str = "canvas", version: int = 2) -> Files:
    """A finished job of the ENSEMBLING mode."""
    job = described_job(name, version, 2025, "Regression")
    mode = {"Mode": "ENSEMBLING"}
    if version == 2:
        job["AutoMLProblemTypeConfig"]["TabularJobConfig"] |= mode
    else:
        job["AutoMLJobConfig"] |= mode
    step = f"{name}-t1-1-0a1b2c3d4e5f"
    job["BestCandidate"] = {
        "CandidateName": f"{name}-trial-t1-1",
        "FinalAutoMLJobObjectiveMetric": {"MetricName": "MSE", "Type": "Minimize", "Value": 4.5},
        "CandidateStatus": "Completed",
        "CandidateSteps": [
            {
                "CandidateStepType": "AWS::SageMaker::TrainingJob",
                "CandidateStepArn": arn("training-job", step),
                "CandidateStepName": step,
            }
        ],
        "InferenceContainers": [
            {
                "Image": image("autogluon-inference", "0.4.3-cpu-py38-ubuntu20.04", "763104351884"),
                "ModelDataUrl": f"{BUCKET}/{name}/model/{name}-trial-t1-1/model.tar.gz",
                "Environment": {"SAGEMAKER_PROGRAM": "tabular_serve.py", "EMPTY": ""},
            }
        ],
    }
    return {f"DescribeAutoMLJob{'V2' if version == 2 else ''}.{name}.json": job}


def other_problem(config: str, name: str = "other") -> Files:
    """A finished job of the second version for a problem that is no table."""
    job = described_job(name, 2, 2025, "Regression")
    job["AutoMLProblemTypeConfig"] = {config: {"CompletionCriteria": {}}}
    job["AutoMLProblemTypeConfigName"] = config.removesuffix("JobConfig")
    del job["ResolvedAttributes"]
    definition = {"Image": image("autogluon", "1"), "ModelDataUrl": f"{BUCKET}/m.tar.gz", "Environment": {}}
    job["BestCandidate"] = {
        "CandidateName": f"{name}-t1",
        "CandidateStatus": "Completed",
        "CandidateSteps": [],
        "InferenceContainerDefinitions": {"CPU": [definition]},
    }
    return {f"DescribeAutoMLJobV2.{name}.json": job}


def running(secondary: str, name: str = "running", status: str = "InProgress", year: int = 2020) -> Files:
    """A job on its way: artifacts and resolved attributes appear after the data was analysed."""
    job = described_job(name, 1, year, "Regression") | {
        "AutoMLJobStatus": status,
        "AutoMLJobSecondaryStatus": secondary,
    }
    if secondary in ("Starting", "AnalyzingData"):
        del job["ResolvedAttributes"]
    return {f"DescribeAutoMLJob.{name}.json": job}
