from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from scripts.airflow_env import HOME_REGION, LOCAL_ACCOUNT, REGION, airflow_env
from tests.support.repository import ROOT


def test_the_connection_leads_to_the_embedded_aws_and_to_no_account(tmp_path: Path) -> None:
    connection = json.loads(airflow_env(tmp_path, "http://127.0.0.1:1")["AIRFLOW_CONN_AWS_DEFAULT"])
    assert connection["extra"] == {"region_name": HOME_REGION, "endpoint_url": "http://127.0.0.1:1"}
    assert (connection["login"], LOCAL_ACCOUNT["AWS_DEFAULT_REGION"]) == ("local", HOME_REGION)


def test_another_region_can_be_named(tmp_path: Path) -> None:
    program = "from scripts.airflow_env import LOCAL_ACCOUNT; print(LOCAL_ACCOUNT['AWS_DEFAULT_REGION'])"
    environment = {**os.environ, REGION: "eu-west-1"}
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert ended.stdout == "eu-west-1\n"
