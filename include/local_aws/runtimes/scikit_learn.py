"""The `sagemaker-scikit-learn` image: processing jobs, training and serving with a script of the user's own.

A script finds its data at paths that begin with ``/opt/ml``, a folder that is not this machine's to make. So the job's
own folder stands for it wherever the text of a command, or of the script and the Python files beside it, says
``/opt/ml``. It runs with this Python and what is installed for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from include.local_aws.runtimes import ClientError, Servant
from include.local_aws.runtimes.script_mode import training
from include.local_aws.runtimes.script_mode.execution import run_python
from include.local_aws.runtimes.script_mode.relocation import ROOT, move_sources, moved
from include.local_aws.runtimes.script_mode.serving import ScriptServant

__all__ = ["CONTAINER", "RUNS_SCRIPTS", "ScikitLearnContainer"]

RUNS_SCRIPTS = True  # what the control plane asks before it takes a ContainerEntrypoint or metric definitions
_PYTHONS = {"python", "python3", "/usr/bin/python3", "/miniconda3/bin/python"}


class ScikitLearnContainer:
    """Runs scripts; has no algorithm."""

    def train(self, opt_ml: Path) -> None:
        """Run the script that the hyperparameters name."""
        training.run_script(opt_ml, training.load_settings(opt_ml))

    def process(self, opt_ml: Path) -> None:
        """Run the job's ContainerEntrypoint with its ContainerArguments.

        :raises ClientError: the command is not Python with a file below ``/opt/ml/processing``.
        :raises SystemExit: the script ended with another code than 0, which becomes the container's.
        """
        asked = json.loads((opt_ml / "config" / "processingjobconfig.json").read_text())["AppSpecification"]
        command = [*asked["ContainerEntrypoint"], *asked.get("ContainerArguments", [])]
        if command[0] not in _PYTHONS or len(command) == 1:
            raise ClientError(f"only Python with a script can be run here, not {' '.join(command)!r}")
        words = [moved(word, {ROOT: opt_ml}) for word in command[1:]]
        script = Path(words[0])
        if not (script.is_file() and script.resolve().is_relative_to((opt_ml / "processing").resolve())):
            raise ClientError(f"{command[1]!r} is no file that an input of the job brought to {ROOT}/processing")
        move_sources(script.parent, {ROOT: opt_ml})
        ended = run_python(words, script.parent, {})
        if ended.code:
            raise SystemExit(ended.code)

    def load(self, model_dir: Path, environment: Mapping[str, str]) -> Servant:
        """Load the model with the script that `SAGEMAKER_PROGRAM` names."""
        return ScriptServant.load(model_dir, environment, "sklearn")


CONTAINER = ScikitLearnContainer()
