"""The `sagemaker-scikit-learn` image, of which processing jobs with a script of the user's own are done here.

A script finds its data at paths that begin with ``/opt/ml``, a folder that is not this machine's to make. So the job's
own folder stands for it wherever the text of a command, or of the script and the Python files beside it, says
``/opt/ml``. It runs with this Python and what is installed for it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from include.local_aws.runtimes import ClientError, Servant

__all__ = ["CONTAINER", "RUNS_SCRIPTS", "ScikitLearnContainer"]

RUNS_SCRIPTS = True  # what the control plane asks before it takes a ContainerEntrypoint
_ROOT = "/opt/ml"
_PYTHONS = {"python", "python3", "/usr/bin/python3", "/miniconda3/bin/python"}


class ScikitLearnContainer:
    """Runs the command of a processing job: Python with a file that one of its inputs brought."""

    def train(self, opt_ml: Path) -> None:  # noqa: ARG002 - every container has it
        """Refuse: script mode is not done."""
        raise ClientError("the image sagemaker-scikit-learn runs processing jobs here, not training")

    def process(self, opt_ml: Path) -> None:
        """Run the job's ContainerEntrypoint with its ContainerArguments.

        :raises ClientError: the command is not Python with a file below ``/opt/ml/processing``.
        :raises SystemExit: the script ended with another code than 0, which becomes the container's.
        """
        asked = json.loads((opt_ml / "config" / "processingjobconfig.json").read_text())["AppSpecification"]
        command = [*asked["ContainerEntrypoint"], *asked.get("ContainerArguments", [])]
        if command[0] not in _PYTHONS or len(command) == 1:
            raise ClientError(f"only Python with a script can be run here, not {' '.join(command)!r}")
        words = [word.replace(_ROOT, str(opt_ml)) for word in command[1:]]
        script = Path(words[0])
        if not (script.is_file() and script.resolve().is_relative_to((opt_ml / "processing").resolve())):
            raise ClientError(f"{command[1]!r} is no file that an input of the job brought to {_ROOT}/processing")
        for file in script.parent.rglob("*.py"):
            file.write_text(file.read_text(encoding="utf-8").replace(_ROOT, str(opt_ml)), encoding="utf-8")
        ended = subprocess.run([sys.executable, *words], check=False, cwd=script.parent)  # noqa: S603 - what was asked
        if ended.returncode:
            # Negative is the number of a signal, which a shell tells this way.
            raise SystemExit(ended.returncode if ended.returncode > 0 else 128 - ended.returncode)

    def load(self, model_dir: Path, environment: Mapping[str, str]) -> Servant:  # noqa: ARG002
        """Refuse: this image does not serve here."""
        raise ClientError("the image sagemaker-scikit-learn runs processing jobs here, not inference")


CONTAINER = ScikitLearnContainer()
