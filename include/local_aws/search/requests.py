"""The Create* requests of a search's jobs and models, as Autopilot makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from include.local_aws.search.algorithms import Algorithm
from include.local_aws.search.columns import Columns
from include.local_aws.search.images import DATA_BUILDER, FEATURIZER, REPORTS, Image
from include.local_aws.search.interface import Json
from include.local_aws.search.names import Names
from include.local_aws.search.objectives import Objective
from include.local_aws.search.processors import CSV, RECORDIO, Processor
from include.local_aws.search.settings import Channel, Settings

_PROCESSING = "/opt/ml/processing"
ACCEPT = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"
# Container and channel sizes seen in real searches.
_BUILDER_INSTANCE = "ml.m5.2xlarge"
_INSTANCE = "ml.m5.4xlarge"
_VOLUME_GB = 50
_BUILDER_VOLUME_GB = 250
_DAY_SECONDS = 86_400
_PARALLEL = 2
_PREDICTED = "predicted_label"


@dataclass(frozen=True)
class Requests:
    """Builds the requests of one search."""

    settings: Settings
    names: Names

    def data_builder(self) -> Json:
        """CreateProcessingJob: split the data and describe its columns."""
        settings, names = self.settings, self.names
        environment = {
            "label_col": settings.target,
            "job_name": settings.name,
            "input_channel_mode": "File",
            "validation_fraction": f"{settings.validation_fraction:.6g}",
            "compression": settings.channels[0].compression,
            "mode": "ENSEMBLING" if settings.ensembling else "HYPERPARAMETER_TUNING",
        }
        if settings.problem_type:
            environment["problem_type"] = settings.problem_type
        inputs = [_channel_input(given) for given in settings.channels]
        outputs = [_output("tuning_data", names.tuning_data), _output("columns", names.columns)]
        request = self._processing(names.data_builder, DATA_BUILDER, _BUILDER_VOLUME_GB, inputs, outputs)
        return request | {"Environment": environment}

    def reports(self, candidate: Json) -> Json:
        """CreateProcessingJob: judge and explain a candidate on the validation rows."""
        names, name = self.names, candidate["CandidateName"]
        folders = [one["ModelDataUrl"].rpartition("/")[0] for one in predicting(candidate)]
        if self.settings.ensembling:  # beside the candidate's copy of the model there are no answers for unseen rows
            folders = [f"{names.trials}/{candidate['CandidateSteps'][-1]['CandidateStepName']}/output"]
        inputs = [
            _input("config", names.reports_config(name)),
            _input("rows", f"{names.tuning_data}/validation/"),
            *(_input(f"containers/{number}", f"{folder}/") for number, folder in enumerate(folders)),
        ]
        outputs = [
            _output("explainability", names.explainability(name)),
            _output("model_insights", names.insights(name)),
        ]
        return self._processing(names.reports, REPORTS, _VOLUME_GB, inputs, outputs)

    def fit(self, processor: Processor) -> Json:
        """CreateTrainingJob: fit a featurizer on the training rows."""
        channels = [
            channel("code", self.names.generated_module, "application/x-code", "FullyReplicated", "File"),
            channel("train", f"{self.names.tuning_data}/train", CSV, "ShardedByS3Key", "File"),
        ]
        hyperparameters = {
            "processor_module": processor.module,
            "sagemaker_program": "candidate_data_processors.trainer",
            "sagemaker_submit_directory": "/opt/ml/input/data/code",
        }
        name, output = self.names.fit(processor.number), self.names.featurizers
        return self.training(name, FEATURIZER, hyperparameters, channels, output, _DAY_SECONDS)

    def model(self, processor: Processor, artifact: str) -> Json:
        """CreateModel: the featurizer as the transform job uses it, passing the label on."""
        settings = self.settings
        return {
            "ModelName": self.names.model(processor.number),
            "ExecutionRoleArn": settings.role,
            "PrimaryContainer": {
                "Image": FEATURIZER.uri(settings.region),
                "ModelDataUrl": artifact,
                "Environment": _serving(processor.accept) | {"MAX_CONTENT_LENGTH": "20000000"},
            },
            "EnableNetworkIsolation": True,
        } | self._vpc()

    def featurize(self, processor: Processor) -> Json:
        """CreateTransformJob: featurize training and validation rows."""
        source = {"S3DataType": "S3Prefix", "S3Uri": self.names.tuning_data}
        output = {
            "S3OutputPath": self.names.features(processor.number, processor.encoding),
            "Accept": processor.accept,
            "AssembleWith": "None",
        }
        return {
            "TransformJobName": self.names.featurize(processor.number, processor.encoding),
            "ModelName": self.names.model(processor.number),
            "MaxConcurrentTransforms": 4,
            "TransformInput": {
                "DataSource": {"S3DataSource": source},
                "ContentType": CSV,
                "CompressionType": "None",
                "SplitType": "Line",
            },
            "TransformOutput": output | self._output_kms(),
            "TransformResources": {"InstanceType": _INSTANCE, "InstanceCount": 1} | self._volume_kms(),
            "DataProcessing": {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"},
        }

    def tune(self, definitions: list[Json]) -> Json:
        """CreateHyperParameterTuningJob: search all pipelines together."""
        limits = {"MaxNumberOfTrainingJobs": self.settings.max_candidates, "MaxParallelTrainingJobs": _PARALLEL}
        return {
            "HyperParameterTuningJobName": self.names.tuner,
            "HyperParameterTuningJobConfig": {"Strategy": "Bayesian", "ResourceLimits": limits, "RandomSeed": 0},
            "TrainingJobDefinitions": definitions,
        }

    def results(self, processor: Processor) -> str:
        """Place the artifacts of a data processor's candidates."""
        return self.names.tuning(processor.number, processor.algorithm.suffix)

    def pipeline(self, processor: Processor, objective: Objective, static: dict[str, str], ranges: Json) -> Json:
        """Return the training job definition of the candidates of one data processor."""
        folder = self.names.features(processor.number, processor.encoding)
        channels = [
            channel("train", f"{folder}/train/", processor.accept, "ShardedByS3Key", "Pipe"),
            channel("validation", f"{folder}/validation/", processor.accept, "FullyReplicated", "Pipe"),
        ]
        algorithm = processor.algorithm
        output, limit = self.results(processor), self.settings.max_training_seconds
        definition = self.training("", algorithm.training, static, channels, output, limit)
        del definition["TrainingJobName"]
        return definition | {
            "DefinitionName": processor.pipeline,
            "StaticHyperParameters": definition.pop("HyperParameters"),
            "HyperParameterRanges": ranges,
            "TuningObjective": {
                "Type": objective.direction.capitalize(),
                "MetricName": objective.logged_by(algorithm),
            },
        }

    def inference_containers(self, algorithm: Algorithm, featurizer: str, model: str, columns: Columns) -> list[Json]:
        """List the containers of a candidate: featurizer, algorithm and, for classes, the featurizer for the labels.

        The first one answers in RecordIO, however the training data were encoded.

        :param featurizer: the featurizer's artifact.
        :param model: the algorithm's artifact.
        """
        region = self.settings.region
        first = container(FEATURIZER.uri(region), featurizer, _serving(RECORDIO))
        first["Environment"]["AUTOML_TRANSFORM_MODE"] = "feature-transform"
        environment = {ACCEPT: CSV, "MAX_CONTENT_LENGTH": "20971520", **algorithm.environment}
        second = container(algorithm.serving.uri(region), model, environment)
        if not columns.labels:
            return [first, second]
        supported = f"{_PREDICTED},probability,probabilities"
        second["Environment"] |= inference(supported)
        third = container(FEATURIZER.uri(region), featurizer, _serving(CSV))
        third["Environment"] |= inference(f"{_PREDICTED},probability,labels,probabilities") | {
            "AUTOML_TRANSFORM_MODE": "inverse-label-transform",
            "SAGEMAKER_INFERENCE_INPUT": _PREDICTED,
        }
        return [first, second, third]

    def training(
        self, name: str, image: Image, hyperparameters: dict[str, str], channels: list[Json], output: str, limit: int
    ) -> Json:
        """CreateTrainingJob: what all training jobs of the search have in common."""
        resources = {"InstanceType": _INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": _VOLUME_GB}
        algorithm = {"TrainingImage": image.uri(self.settings.region), "TrainingInputMode": "File"}
        return {
            "TrainingJobName": name,
            "RoleArn": self.settings.role,
            "HyperParameters": hyperparameters,
            "AlgorithmSpecification": algorithm,
            "InputDataConfig": channels,
            "OutputDataConfig": {"S3OutputPath": output} | self._output_kms(),
            "ResourceConfig": resources | self._volume_kms(),
            "StoppingCondition": {"MaxRuntimeInSeconds": limit},
            "EnableNetworkIsolation": True,
            "EnableInterContainerTrafficEncryption": self.settings.encrypt_traffic,
            "EnableManagedSpotTraining": False,
        } | self._vpc()

    def _processing(self, name: str, image: Image, volume: int, inputs: list[Json], outputs: list[Json]) -> Json:
        settings = self.settings
        cluster = {"InstanceCount": 1, "InstanceType": _BUILDER_INSTANCE, "VolumeSizeInGB": volume}
        return {
            "ProcessingJobName": name,
            "RoleArn": settings.role,
            "AppSpecification": {"ImageUri": image.uri(settings.region)},
            "ProcessingInputs": inputs,
            "ProcessingOutputConfig": {"Outputs": outputs} | self._output_kms(),
            "ProcessingResources": {"ClusterConfig": cluster | self._volume_kms()},
            "StoppingCondition": {"MaxRuntimeInSeconds": _DAY_SECONDS},
            "NetworkConfig": {"EnableInterContainerTrafficEncryption": settings.encrypt_traffic} | self._vpc(),
        }

    def _vpc(self) -> Json:
        return {"VpcConfig": self.settings.vpc} if self.settings.vpc else {}

    def _output_kms(self) -> Json:
        return {"KmsKeyId": self.settings.output_kms} if self.settings.output_kms else {}

    def _volume_kms(self) -> Json:
        return {"VolumeKmsKeyId": self.settings.volume_kms} if self.settings.volume_kms else {}


def _serving(accept: str) -> dict[str, str]:
    environment = {
        ACCEPT: accept,
        "SAGEMAKER_PROGRAM": "sagemaker_serve",
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    }
    return environment | ({"AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF": "1"} if accept == RECORDIO else {})


def inference(supported: str) -> dict[str, str]:
    """Return the variables by which a container says what it answers and what it could answer (a comma list)."""
    return {"SAGEMAKER_INFERENCE_OUTPUT": _PREDICTED, "SAGEMAKER_INFERENCE_SUPPORTED": supported}


def container(uri: str, artifact: str, environment: dict[str, str]) -> dict[str, Any]:
    """Return an inference container."""
    return {"Image": uri, "ModelDataUrl": artifact, "Environment": environment}


def predicting(candidate: Json) -> list[Json]:
    """Return the containers of a candidate that predict: all but the one that turns class numbers into labels."""
    containers: list[Json] = candidate["InferenceContainers"][:2]
    return containers


def _channel_input(given: Channel) -> Json:
    return _input("train" if given.kind == "training" else "validation", given.uri, given.data_type)


def _input(folder: str, uri: str, data_type: str = "S3Prefix") -> Json:
    source = {
        "S3Uri": uri,
        "LocalPath": f"{_PROCESSING}/input/{folder}",
        "S3DataType": data_type,
        "S3InputMode": "File",
        "S3DataDistributionType": "FullyReplicated",
    }
    return {"InputName": folder.replace("/", "-"), "S3Input": source}


def _output(name: str, uri: str) -> Json:
    target = {"S3Uri": uri, "LocalPath": f"{_PROCESSING}/output/{name}", "S3UploadMode": "EndOfJob"}
    return {"OutputName": name, "S3Output": target}


def channel(name: str, uri: str, content_type: str, distribution: str, mode: str) -> Json:
    """Return a channel of a training job."""
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": distribution}
    return {
        "ChannelName": name,
        "DataSource": {"S3DataSource": source},
        "ContentType": content_type,
        "CompressionType": "None",
        "RecordWrapperType": "None",
        "InputMode": mode,
    }
