"""docker-compose.yaml: what it promises, and what Docker Compose itself says of it where it is installed."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.autopilot.settings.config import load_models
from scripts.compose_env import filled

ROOT = Path(__file__).parents[1]
AIRFLOW = ("airflow-init", "api-server", "scheduler", "dag-processor", "triggerer")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]


def test_the_services_of_a_complete_airflow_and_the_embedded_aws(services):
    assert set(services) == {"postgres", "embedded-aws", "seed", *AIRFLOW}
    assert services["postgres"]["image"].startswith("postgres:16")
    for name in AIRFLOW:
        assert "FROM apache/airflow:3.3.2-python3.12\n" in services[name]["build"]["dockerfile_inline"]
        assert services[name]["environment"]["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"


def test_only_loopback_ports_are_published(services):
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_every_lasting_service_has_a_health_check(services):
    lasting = set(services) - {"airflow-init", "seed"}
    assert {name for name in lasting if "healthcheck" in services[name]} == lasting


def test_airflow_reaches_the_embedded_aws_where_it_listens(services):
    port = re.search(r"--port, \"(\d+)\"", (ROOT / "docker-compose.yaml").read_text())
    assert port
    for name in (*AIRFLOW, "seed"):
        assert services[name]["network_mode"] == "service:embedded-aws"
    for name in AIRFLOW:
        connection = yaml.safe_load(services[name]["environment"]["AIRFLOW_CONN_AWS_DEFAULT"])
        assert connection["extra"]["endpoint_url"] == f"http://127.0.0.1:{port[1]}"
    assert services["seed"]["environment"]["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{port[1]}"


def test_the_embedded_aws_listens_on_loopback_and_answers_to_no_other_name(services):
    for name in ("embedded-aws", "seed", *AIRFLOW):
        assert "LOCAL_AWS_ALLOWED_HOSTS" not in services[name].get("environment", {})
    assert not {"--listen", "--allow-host"} & set(services["embedded-aws"]["command"])


def test_the_rooms_are_mounted_where_airflow_finds_them(services):
    for name in AIRFLOW:
        mounted = dict(volume.split(":")[:2] for volume in services[name]["volumes"])
        assert mounted["./dags"] == "/opt/airflow/dags"
        assert mounted["./plugins"] == "/opt/airflow/plugins"
        assert mounted["./include"] == "/opt/airflow/plugins/include"
    assert "include/" in (ROOT / "plugins" / ".airflowignore").read_text().splitlines()


def test_the_drops_are_put_where_the_model_looks_for_them(services):
    roots = {model.name: model.root for model in load_models()}
    assert services["seed"]["command"][-1] == roots["bace"]


def test_no_secret_has_a_default_and_the_example_names_them_all():
    required = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yaml").read_text()))
    example = (ROOT / ".env.example").read_text()
    assert required == set(re.findall(r"^(\w+)=$", example, re.MULTILINE))
    assert {"AIRFLOW_JWT_SECRET", "AIRFLOW_FERNET_KEY"} <= required


@pytest.fixture
def compose(tmp_path):
    """Run `docker compose`; gives exit code and messages."""
    try:
        found = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        found = False
    if not found:
        pytest.skip("docker compose is not installed")
    (tmp_path / "env").write_text(filled((ROOT / ".env.example").read_text()))

    def run(file: Path, *arguments: str, env_file: Path = tmp_path / "env") -> tuple[int, str]:
        command = ["docker", "compose", "--file", str(file), "--env-file", str(env_file), "config", *arguments]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        return ended.returncode, ended.stderr + ended.stdout

    return run


def test_docker_compose_accepts_the_file(compose):
    assert compose(ROOT / "docker-compose.yaml", "--quiet") == (0, "")


def test_docker_compose_refuses_to_start_without_secrets(compose, tmp_path):
    (tmp_path / "none").write_text("")
    code, said = compose(ROOT / "docker-compose.yaml", "--quiet", env_file=tmp_path / "none")
    assert code != 0
    assert "run make compose-env first" in said
