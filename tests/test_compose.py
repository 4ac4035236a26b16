"""docker-compose.yaml: what it promises, and what Docker Compose itself says of it where it is installed."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from include.autopilot.settings.config import load_models
from include.local_aws.__main__ import _parse
from include.local_aws.hosts import Hosts
from include.local_aws.server import _EVERYWHERE
from scripts.compose_env import filled

ROOT = Path(__file__).parents[1]
EXAMPLE = (ROOT / ".env.example").read_text()
AIRFLOW = ("init", "apiserver", "scheduler", "dag-processor", "triggerer", "worker")
ALWAYS = {"postgres", *(f"airflow-{name}" for name in AIRFLOW if name != "worker")}
PROFILES = {"celery": {"redis", "airflow-worker"}, "flower": {"flower"}, "local-aws": {"embedded-aws", "seed"}}
ENDING = {"airflow-init", "seed"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]


@pytest.fixture(scope="module")
def airflow(services) -> dict[str, Any]:
    return {name: one for name, one in services.items() if one.get("image", "").startswith("airflow-autopilot:")}


def test_the_services_of_a_complete_airflow_and_what_profiles_add(services, airflow):
    assert {name for name, one in services.items() if "profiles" not in one} == ALWAYS
    for profile, added in PROFILES.items():
        assert {name for name, one in services.items() if one.get("profiles") == [profile]} == added
    assert set(services) == ALWAYS.union(*PROFILES.values())
    assert set(airflow) == {*(f"airflow-{name}" for name in AIRFLOW), "flower"}
    assert services["postgres"]["image"].startswith("postgres:16")
    for one in airflow.values():
        assert "FROM apache/airflow:3.3.2-python3.12\n" in one["build"]["dockerfile_inline"]
        assert one["environment"]["AIRFLOW__CORE__EXECUTOR"] == "${AIRFLOW_EXECUTOR:-LocalExecutor}"
    images = [one["image"] for one in services.values()]
    assert [image for image in images if image.endswith(":latest") or ":" not in image] == []


def test_only_loopback_ports_are_published(services):
    ports = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert set(ports) == {"airflow-apiserver", "flower"}
    assert [port for of in ports.values() for port in of if not port.startswith("127.0.0.1:")] == []


def test_every_lasting_service_is_looked_after_and_started_again(services):
    lasting = set(services) - ENDING
    assert {name for name, one in services.items() if "healthcheck" in one} == lasting
    assert {name for name in services if services[name].get("restart") == "unless-stopped"} == lasting


def test_a_component_is_asked_for_by_its_own_host(services):
    for name, kind in (("airflow-dag-processor", "DagProcessorJob"), ("airflow-triggerer", "TriggererJob")):
        (how, command) = services[name]["healthcheck"]["test"]
        assert how == "CMD-SHELL"
        assert command == f'airflow jobs check --job-type {kind} --hostname "$${{HOSTNAME}}"'
    assert "celery@$${HOSTNAME}" in services["airflow-worker"]["healthcheck"]["test"][1]


def test_workers_can_be_many(services):
    assert not {"container_name", "hostname", "ports"} & set(services["airflow-worker"])


@pytest.mark.parametrize(
    ("executor", "said"), [("LocalExecutor", "Put AIRFLOW_EXECUTOR"), ("CeleryExecutor", "worker")]
)
def test_a_worker_without_its_executor_says_what_to_write(services, tmp_path, executor, said):
    told = tmp_path / "airflow"
    told.write_text('#!/bin/sh\necho "$@"\n')
    told.chmod(0o755)
    command = [word.replace("$$", "$") for word in services["airflow-worker"]["command"]]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "AIRFLOW__CORE__EXECUTOR": executor}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert said in ended.stdout + ended.stderr
    assert (ended.returncode == 0) == (executor == "CeleryExecutor")


def test_what_airflow_writes_belongs_to_who_was_named(services, airflow):
    assert {name for name in airflow if airflow[name]["user"] != "${AIRFLOW_UID:-50000}:0"} == {"airflow-init"}
    assert services["airflow-init"]["command"][0].endswith('"${AIRFLOW_UID:-50000}:0" /opt/airflow/logs')
    assert all("logs:/opt/airflow/logs" in one["volumes"] for one in airflow.values())


def test_the_embedded_aws_answers_to_one_name_and_its_network_leads_nowhere(services, airflow):
    document = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())
    assert document["networks"] == {"aws": {"internal": True}}
    embedded = services["embedded-aws"]
    assert embedded["networks"] == ["aws"]
    assert "ports" not in embedded
    asked = [*airflow.values(), services["seed"]]
    assert [one["networks"] for one in asked] == [["default", "aws"]] * len(asked)
    assert not [one for one in services.values() if "LOCAL_AWS_ALLOWED_HOSTS" in one.get("environment", {})]


def test_the_endpoint_takes_the_words_of_its_service(services):
    options = [word for word in services["embedded-aws"]["command"] if word.startswith("--")]
    asked = _parse(options)
    assert (asked.listen, asked.allow_host, asked.port) == (_EVERYWHERE, ["embedded-aws"], 4566)
    connection = json.loads(re.search(r"^AIRFLOW_CONN_AWS_DEFAULT='(.*)'$", EXAMPLE, re.MULTILINE)[1])
    address = f"http://{asked.allow_host[0]}:{asked.port}"
    assert connection["extra"]["endpoint_url"] == services["seed"]["environment"]["AWS_ENDPOINT_URL"] == address
    assert Hosts(asked.allow_host).answers(address.removeprefix("http://"))
    # A bucket in the address, and not before it: nothing in the network is called bucket.embedded-aws.
    s3 = boto3.client("s3", endpoint_url=address)
    assert s3.generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"}).startswith(f"{address}/b/k?")


def test_an_account_is_named_in_env_alone(airflow):
    passed = {"AIRFLOW_CONN_AWS_DEFAULT", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    for one in airflow.values():
        without = {name for name, value in one["environment"].items() if value is None}
        assert without == passed | {"AWS_DEFAULT_REGION"}
    assert {name for name in passed if not re.search(rf"^#?{name}=", EXAMPLE, re.MULTILINE)} == set()


def test_the_rooms_are_mounted_where_airflow_finds_them(airflow):
    for one in airflow.values():
        mounted = dict(volume.split(":")[:2] for volume in one["volumes"])
        assert mounted["./dags"] == "/opt/airflow/dags"
        assert mounted["./plugins"] == "/opt/airflow/plugins"
        assert mounted["./include"] == "/opt/airflow/plugins/include"
    assert "include/" in (ROOT / "plugins" / ".airflowignore").read_text().splitlines()


def test_the_drops_are_put_where_the_model_looks_for_them(services):
    roots = {model.name: model.root for model in load_models()}
    assert services["seed"]["command"][-1] == roots["bace"]


def test_no_secret_has_a_default_and_the_example_names_them_all():
    required = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yaml").read_text()))
    assert required == set(re.findall(r"^(\w+)=$", EXAMPLE, re.MULTILINE))
    assert {"AIRFLOW_JWT_SECRET", "AIRFLOW_FERNET_KEY", "REDIS_PASSWORD"} <= required


def test_every_choice_is_in_the_example():
    chosen = set(re.findall(r"\$\{(\w+):-", (ROOT / "docker-compose.yaml").read_text())) - {"GIT_REVISION"}
    assert chosen == set(re.findall(r"^#(AIRFLOW_\w+|FLOWER_PORT)=", EXAMPLE, re.MULTILINE))


@pytest.fixture
def compose(tmp_path):
    """Run `docker compose`; gives exit code and messages."""
    try:
        found = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        found = False
    if not found:
        pytest.skip("docker compose is not installed")
    (tmp_path / "env").write_text(filled(EXAMPLE))

    def run(*arguments: str, env_file: Path = tmp_path / "env") -> tuple[int, str]:
        command = ["docker", "compose", "--file", str(ROOT / "docker-compose.yaml"), "--env-file", str(env_file)]
        # What the caller's environment says wins over the file, and that of the tests has a connection.
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "AWS_"))}
        ended = subprocess.run([*command, *arguments], env=own, capture_output=True, text=True, check=False)
        return ended.returncode, ended.stderr + ended.stdout

    return run


@pytest.mark.parametrize("profiles", ["", *PROFILES, ",".join(PROFILES)])
def test_docker_compose_accepts_the_file_with_every_profile(compose, tmp_path, profiles):
    env = tmp_path / "env"
    env.write_text(re.sub(r"(?m)^COMPOSE_PROFILES=.*$", f"COMPOSE_PROFILES={profiles}", env.read_text()))
    assert compose("config", "--quiet") == (0, "")
    code, listed = compose("config", "--services")
    added = [PROFILES[name] for name in profiles.split(",") if name]
    assert (code, set(listed.split())) == (0, ALWAYS.union(*added))


def test_docker_compose_leads_to_the_embedded_aws_or_to_the_account_of_env(compose, tmp_path):
    env = tmp_path / "env"

    def environment() -> dict[str, Any]:
        code, told = compose("config", "--format", "json")
        assert code == 0
        return json.loads(told)["services"]["airflow-triggerer"]["environment"]

    assert json.loads(environment()["AIRFLOW_CONN_AWS_DEFAULT"])["extra"]["endpoint_url"].endswith("embedded-aws:4566")
    assert environment()["AWS_ACCESS_KEY_ID"] is None
    lines = [line for line in env.read_text().splitlines() if not line.startswith(("COMPOSE_", "AIRFLOW_CONN"))]
    env.write_text("\n".join([*lines, "AWS_ACCESS_KEY_ID=mine"]))
    assert environment()["AIRFLOW_CONN_AWS_DEFAULT"] is None
    assert environment()["AWS_ACCESS_KEY_ID"] == "mine"


def test_docker_compose_refuses_to_start_without_secrets(compose, tmp_path):
    (tmp_path / "none").write_text("")
    code, said = compose("config", "--quiet", env_file=tmp_path / "none")
    assert code != 0
    assert "run make compose-env first" in said
