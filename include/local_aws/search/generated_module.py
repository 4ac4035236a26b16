"""The generated module: what a featurizer's training job runs and its model artifact carries."""

from __future__ import annotations

from include.local_aws.search.columns import Columns
from include.local_aws.search.processors import Processor

_PACKAGE = "candidate_data_processors"

_TRAINER = '''"""Fits the data processor that the hyperparameter processor_module names."""

from automl_containers.featurizer import fit_processor


def train(processor_module, opt_ml):
    """Fit on the train channel under opt_ml and leave model.joblib and the serving program in its model folder."""
    fit_processor(processor_module, opt_ml)
'''

_SERVE = '''"""Serves a fitted data processor; AUTOML_TRANSFORM_MODE decides what it answers."""

from automl_containers.featurizer import load

__all__ = ["load"]
'''

_SETUP = '''"""Packages the data processors."""

from setuptools import find_packages, setup

setup(name="candidate-data-processors", version="1.0.0", packages=find_packages())
'''

_README = """# Data processors generated for {job}

One module per data processor in `candidate_data_processors/`, each with the columns it was made for (`HEADER`) and
functions that build its unfitted transformers. `trainer.py` fits one in a training job, `sagemaker_serve.py` serves it.
The data they read do not contain a header.

| processor | features |
|---|---|
{processors}
"""


def generated_files(job: str, columns: Columns, processors: tuple[Processor, ...]) -> dict[str, str]:
    """Return the module's files: path -> text."""
    table = "\n".join(f"| dpp{processor.number} | {processor.title} |" for processor in processors)
    files = {f"{_PACKAGE}/dpp{processor.number}.py": processor.code(columns) for processor in processors}
    wrapping = {f"{_PACKAGE}/{name}": text for name, text in wrapping_files(job).items()}
    return (
        files
        | wrapping
        | {
            "setup.py": _SETUP,
            "README.md": _README.format(job=job, processors=table),
            "MANIFEST.in": f"recursive-include {_PACKAGE} *.py\n",
        }
    )


def wrapping_files(job: str) -> dict[str, str]:
    """Return the files beside the data processors in their package, alike for every job: name -> text."""
    return {
        "__init__.py": f'"""The data processors of {job}."""\n',
        "trainer.py": _TRAINER,
        "sagemaker_serve.py": _SERVE,
    }
