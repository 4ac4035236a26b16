from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from include.local_aws.runtimes.script_mode.environment import variables
from include.local_aws.runtimes.script_mode.settings import Settings


@pytest.fixture
def opt_ml(tmp_path: Path) -> Path:
    config = tmp_path / "input" / "config"
    config.mkdir(parents=True)
    group = {"instance_group_name": "homogeneousCluster", "instance_type": "ml.m5.large", "hosts": ["algo-1", "algo-2"]}
    resources = {
        "current_host": "algo-2",
        "current_instance_type": "ml.m5.large",
        "current_group_name": "homogeneousCluster",
        "hosts": ["algo-1", "algo-2"],
        "instance_groups": [group],
        "network_interface_name": "lo",
    }
    (config / "resourceconfig.json").write_text(json.dumps(resources))
    (config / "inputdataconfig.json").write_text(json.dumps({"train": {}, "my-data": {}}))
    return tmp_path


def test_a_script_is_told_where_everything_is(opt_ml: Path) -> None:
    told = variables(opt_ml, Settings.read({"sagemaker_program": "a.py", "depth": "3", "who": '"me"'}, {}))
    assert told["SM_MODEL_DIR"] == f"{opt_ml}/model"
    assert told["SM_OUTPUT_DATA_DIR"] == f"{opt_ml}/output/data"
    assert told["SM_CHANNEL_TRAIN"] == f"{opt_ml}/input/data/train"
    assert told["SM_CHANNEL_MY-DATA"] == f"{opt_ml}/input/data/my-data"
    assert json.loads(told["SM_CHANNELS"]) == ["my-data", "train"]
    assert json.loads(told["SM_HPS"]) == {"depth": 3, "who": "me"}
    assert (told["SM_HP_DEPTH"], told["SM_HP_WHO"]) == ("3", "me")
    assert json.loads(told["SM_HOSTS"]) == ["algo-1", "algo-2"]
    assert (told["SM_CURRENT_HOST"], told["SM_NUM_GPUS"]) == ("algo-2", "0")
    assert told["SM_NUM_CPUS"] == str(os.cpu_count())
    assert (told["SM_USER_ENTRY_POINT"], told["SM_MODULE_NAME"]) == ("a.py", "a")
    assert json.loads(told["SM_USER_ARGS"]) == ["--depth", "3", "--who", "me"]
    assert json.loads(told["SM_TRAINING_ENV"])["channel_input_dirs"]["train"] == told["SM_CHANNEL_TRAIN"]
