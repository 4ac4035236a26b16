from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields

from pydantic import TypeAdapter

from include.autopilot.settings.drift import DriftConfig

ADAPTER = TypeAdapter(DriftConfig)


def test_every_part_can_be_set_from_a_file() -> None:
    values = {field.name: "block" if field.name.startswith("on_") else 0.3 for field in fields(DriftConfig)}
    assert ADAPTER.dump_python(ADAPTER.validate_json(json.dumps(values))) == values


def test_only_what_looks_like_a_broken_delivery_blocks_by_default() -> None:
    defaults = ADAPTER.dump_python(DriftConfig())
    blocking = {name for name, value in defaults.items() if value == "block"}
    assert blocking == {"on_emptied", "on_new_label", "on_apart", "on_displaced", "on_far_target"}


def test_reading_the_configuration_loads_no_numeric_library() -> None:
    seen = "sorted({'numpy', 'pandas', 'scipy'} & set(sys.modules))"
    program = f"import sys, include.autopilot.settings.drift; print({seen})"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
