"""The names of what a search leaves, in Autopilot's patterns; the same for the same AutoML job."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from include.local_aws.tuning.definitions import child_name

_LONGEST = 63
_LONGEST_TUNER = 32 - 4


@dataclass(frozen=True)
class Names:
    """Names of jobs and models, and places in S3.

    Autopilot appends random hexadecimal digits; these are a hash of the AutoML job's name and the step.

    :param job: the AutoML job's name, at most 32 characters.
    :param output: its S3 folder.
    """

    job: str
    output: str

    @property
    def data_builder(self) -> str:
        """The processing job that splits the data."""
        return self._step("db-1")

    @property
    def generator(self) -> str:
        """The folder of the generated module. Autopilot names it after a processing job that is no candidate step."""
        return self._step("pr-1")

    def fit(self, processor: int) -> str:
        """Name the training job that fits a featurizer."""
        return self._step(f"dpp{processor}-1")

    def featurize(self, processor: int, encoding: str) -> str:
        """Name the transform job that featurizes; `encoding` is `rpb` or `csv`."""
        return self._step(f"dpp{processor}-{encoding}-1")

    def model(self, processor: int) -> str:
        """Name the interim model that the transform job uses."""
        return self._step(f"dpp{processor}-model")

    @property
    def tuner(self) -> str:
        """The tuning job: the AutoML job's name, cut to what such a name may have, and four digits."""
        return f"{self.job[:_LONGEST_TUNER]}{self._hex('tuning')[:4]}"

    def child(self, number: int) -> str:
        """Name a tuning child; also the name of its candidate."""
        return child_name(self.tuner, number)

    @property
    def tuning_data(self) -> str:
        """The split data."""
        return f"{self.output}/preprocessed-data/tuning_data"

    @property
    def columns(self) -> str:
        """What the data builder found out about the columns."""
        return f"{self.output}/preprocessed-data/columns"

    @property
    def featurizers(self) -> str:
        """The fitted featurizers."""
        return f"{self.output}/data-processor-models"

    def features(self, processor: int, encoding: str) -> str:
        """Place the featurized data."""
        return f"{self.output}/transformed-data/dpp{processor}/{encoding}"

    def tuning(self, processor: int, algorithm: str) -> str:
        """Place the artifacts of the tuning children; `algorithm` is its suffix, e.g. `xgb`."""
        return f"{self.output}/tuning/{self.job[:10]}-dpp{processor}-{algorithm}"

    def trial(self, number: int) -> str:
        """Name the training job of an ensemble."""
        return self._step(f"t{number}-1")

    def trial_candidate(self, number: int) -> str:
        """Name the candidate that an ensemble is."""
        return f"{self.job}-trial-t{number}-1"

    def ensemble(self, candidate: str) -> str:
        """Place the artifact that an ensemble is served with."""
        return f"{self.output}/sagemaker-automl-candidates/model/{candidate}/model.tar.gz"

    @property
    def trials(self) -> str:
        """The artifacts of the ensembles' training jobs."""
        return f"{self.output}/sagemaker-automl-candidates/trials"

    @property
    def ensemble_notebooks(self) -> str:
        """The notebooks of a search for ensembles, and what its trials were told."""
        return f"{self.output}/sagemaker-automl-candidates/notebooks"

    @property
    def generated_module(self) -> str:
        """The generated code."""
        return f"{self.output}/sagemaker-automl-candidates/{self.generator}/generated_module"

    @property
    def notebooks(self) -> str:
        """The generated notebooks."""
        return f"{self.output}/sagemaker-automl-candidates/{self.generator}/notebooks"

    @property
    def reports(self) -> str:
        """The processing job that reports on the best candidate."""
        return self._step("documentation-1")

    def explainability(self, candidate: str) -> str:
        """Place the report on which columns a candidate's answers come from."""
        return f"{self._documentation}/explainability/output/{candidate}"

    def insights(self, candidate: str) -> str:
        """Place the report on how good a candidate's answers are."""
        return f"{self._documentation}/model_monitor/output/{candidate}"

    def reports_config(self, candidate: str) -> str:
        """Place what the job that makes both is told."""
        return f"{self._documentation}/config/{candidate}/analysis_config.json"

    @property
    def _documentation(self) -> str:
        return f"{self.output}/documentation"

    def _step(self, label: str) -> str:
        return f"{self.job}-{label}-{self._hex(label)}"[:_LONGEST]

    def _hex(self, label: str) -> str:
        return hashlib.sha256(f"{self.job}/{label}".encode()).hexdigest()[:32]
