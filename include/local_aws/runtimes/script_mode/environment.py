"""The `SM_...` variables by which a training script learns where everything is."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from include.local_aws.runtimes.script_mode.arguments import command_line
from include.local_aws.runtimes.script_mode.settings import Settings


def variables(opt_ml: Path, settings: Settings) -> dict[str, str]:
    """Return the variables of a training job staged under `opt_ml`; what is no text is JSON, as in AWS's containers."""
    told = _told(opt_ml, settings)
    channels = {name: str(opt_ml / "input" / "data" / name) for name in told["input_data_config"]}
    own = {f"hp_{name}": value for name, value in settings.hyperparameters.items()}
    everything = {
        **told,
        "training_env": {**told, "channel_input_dirs": channels, "job_name": os.environ.get("TRAINING_JOB_NAME", "")},
        **{f"channel_{name}": path for name, path in channels.items()},
        **own,
    }
    return {f"SM_{name.upper()}": _text(value) for name, value in everything.items()}


def _told(opt_ml: Path, settings: Settings) -> dict[str, Any]:
    config = opt_ml / "input" / "config"
    resources = json.loads((config / "resourceconfig.json").read_text(encoding="utf-8"))
    channels = json.loads((config / "inputdataconfig.json").read_text(encoding="utf-8"))
    program = settings.program or ""
    return {
        "channels": sorted(channels),
        "current_host": resources["current_host"],
        "current_instance_group": resources["current_group_name"],
        "current_instance_group_hosts": resources["hosts"],
        "current_instance_type": resources["current_instance_type"],
        "distribution_instance_groups": [],
        "framework_module": "",
        "framework_params": dict(settings.framework),
        "hosts": resources["hosts"],
        "hps": dict(settings.hyperparameters),
        "input_config_dir": str(config),
        "input_data_config": channels,
        "input_dir": str(opt_ml / "input"),
        "instance_groups": [group["instance_group_name"] for group in resources["instance_groups"]],
        "instance_groups_dict": {group["instance_group_name"]: group for group in resources["instance_groups"]},
        "is_hetero": False,
        "log_level": settings.log_level,
        "model_dir": str(opt_ml / "model"),
        "module_dir": str(opt_ml / "code"),
        "module_name": program.removesuffix(".py"),
        "network_interface_name": resources["network_interface_name"],
        "num_cpus": os.cpu_count() or 1,
        "num_gpus": 0,
        "num_neurons": 0,
        "output_data_dir": str(opt_ml / "output" / "data"),
        "output_dir": str(opt_ml / "output"),
        "output_intermediate_dir": str(opt_ml / "output" / "intermediate"),
        "resource_config": resources,
        "user_args": command_line(settings.hyperparameters),
        "user_entry_point": program,
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(dict(value) if isinstance(value, Mapping) else value, sort_keys=True, separators=(",", ":"))
