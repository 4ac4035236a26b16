from __future__ import annotations

from include.local_aws.runtimes.script_mode.arguments import command_line
from include.local_aws.runtimes.script_mode.settings import Settings

QUOTED = {
    "sagemaker_program": '"train.py"',
    "sagemaker_submit_directory": '"s3://b/x.tar.gz"',
    "sagemaker_container_log_level": "10",
    "sagemaker_mpi_enabled": "true",
    "_tuning_objective_metric": "train:r2",
    "alpha": "0.50",
    "name": '"a b"',
    "plain": "a b",
    "flag": "false",
    "none": "null",
    "d": '{"b": 2, "a": 1}',
}


def test_hyperparameters_are_the_scripts_the_frameworks_or_the_containers() -> None:
    read = Settings.read(QUOTED, {})
    assert read.program == "train.py"
    assert read.log_level == 10
    assert read.framework == {"sagemaker_mpi_enabled": True}
    assert set(read.hyperparameters) == {"alpha", "name", "plain", "flag", "none", "d"}


def test_they_are_words_in_the_order_of_their_names() -> None:
    assert command_line(Settings.read(QUOTED, {}).hyperparameters) == [
        *("--alpha", "0.5"),
        *("-d", "a=1,b=2"),
        *("--flag", "False"),
        *("--name", "a b"),
        *("--none", ""),
        *("--plain", "a b"),
    ]


def test_a_program_may_be_named_by_a_variable_or_not_at_all() -> None:
    assert Settings.read({}, {"SAGEMAKER_PROGRAM": "x.py"}).program == "x.py"
    assert Settings.read({"sagemaker_program": "y.py"}, {"SAGEMAKER_PROGRAM": "x.py"}).program == "y.py"
    assert Settings.read({"num_round": "3"}, {}).program is None
