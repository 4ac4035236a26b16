"""A training job in script mode: the user's script with its arguments and variables, its failure in AWS's words."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from include.local_aws.folders import LeavesFolder, inside
from include.local_aws.runtimes import AlgorithmError, ClientError
from include.local_aws.runtimes.hyperparameters import raw_hyperparameters
from include.local_aws.runtimes.script_mode import requirements
from include.local_aws.runtimes.script_mode.arguments import command_line
from include.local_aws.runtimes.script_mode.environment import variables
from include.local_aws.runtimes.script_mode.execution import run_python
from include.local_aws.runtimes.script_mode.relocation import ROOT, move_sources, moved
from include.local_aws.runtimes.script_mode.settings import PROGRAM, Settings

_PYTHON = "/miniconda3/bin/python"  # what AWS's containers call it, in their logs and failures


def run_script(opt_ml: Path, settings: Settings, *, as_module: bool = False) -> None:
    """Run the script of the training job staged under `opt_ml`, whose code is in `opt_ml/code`.

    :param as_module: run it with `python -m`, as the XGBoost container does.
    :raises ClientError: there is no such script, it is not Python, or its requirements are not met.
    :raises AlgorithmError: it ended with another exit code than 0; the message is what AWS's toolkit says then.
    """
    code = opt_ml / "code"
    program = _program(code, settings)
    requirements.check(code)
    move_sources(code, {ROOT: opt_ml})
    words = command_line(settings.hyperparameters)
    start = ["-m", program.removesuffix(".py").replace("/", ".")] if as_module else [program]
    told = " ".join([_PYTHON, *start, *(shlex.quote(word) for word in words)])
    print(f"Invoking user training script.\nInvoking script with the following command:\n{told}", flush=True)
    path = os.pathsep.join([str(code), *filter(None, [os.environ.get("PYTHONPATH")])])
    given = {**variables(opt_ml, settings), "PYTHONPATH": path}
    ended = run_python([*start, *(moved(word, {ROOT: opt_ml}) for word in words)], code, given)
    if ended.code:
        error = ended.error.replace(str(opt_ml), ROOT)
        raise AlgorithmError(
            f'ExecuteUserScriptError:\nExitCode {ended.code}\nErrorMessage "{error}"\nCommand "{told}"'
        )


def load_settings(opt_ml: Path) -> Settings:
    """Read what the job says of its script."""
    return Settings.read(raw_hyperparameters(opt_ml), os.environ)


def _program(code: Path, settings: Settings) -> str:
    program = settings.program
    if program is None:
        raise ClientError(f"there is no script to train with: say which in the hyperparameter {PROGRAM}")
    if not program.endswith(".py"):
        raise ClientError(f"{PROGRAM} {program!r} is no Python file; only those are run here")
    try:
        there = inside(code, program).is_file()
    except LeavesFolder as error:
        raise ClientError(f"{PROGRAM} cannot be a file of the code: {error}") from error
    if not there:
        raise ClientError(f"{PROGRAM} {program!r} is not among the files of sagemaker_submit_directory")
    return program
