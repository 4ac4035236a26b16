import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from include.autopilot.champion.revision import code_revision
from scripts.mwaa_bundle import ROOT, bundle, main

# What an Airflow component on MWAA does, with nothing on its path but site-packages and the bundle's own folders.
IMPORTER = """
import importlib, json, pkgutil, sys
plugins, dags = sys.argv[1:]
sys.path += [plugins, dags]
from airflow.dag_processing.dagbag import DagBag
from airflow import plugins_manager
bag = DagBag(dag_folder=dags)
plugins_manager.ensure_plugins_loaded()
stems = sorted({"steps", "operators", "retrain", "locations"} & set(sys.modules))
names = []
for package in ("airflow_autopilot", "airflow_sagemaker_once", "include"):
    root = importlib.import_module(package)
    assert root.__file__.startswith(plugins), root.__file__
    for module in pkgutil.walk_packages(root.__path__, package + "."):
        if not module.name.endswith("__main__"):
            names.append(importlib.import_module(module.name).__name__)
print(json.dumps({
    "dag_files": sorted({dag.fileloc for dag in bag.dags.values()}), "errors": bag.import_errors,
    "plugin_errors": plugins_manager.get_import_errors(), "stems": stems, "modules": names,
    "revision": importlib.import_module("include.autopilot.champion.revision").code_revision(),
}))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("mwaa bundle")
    bundle(ROOT, target)
    return target


@pytest.fixture(scope="module")
def imported(made: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What a fresh process sees of the unpacked bundle, far from this repository."""
    there = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(made / "dags", there / "dags")
    return seen(made, there)


def seen(made: Path, there: Path) -> dict:
    """What a process sees in ``there``, where DAG files are already, of the bundle's plugins."""
    with zipfile.ZipFile(made / "plugins.zip") as archive:
        archive.extractall(there / "plugins")
    environment = {
        "PATH": os.defpath,
        "HOME": str(there),
        "AIRFLOW_HOME": str(there / "home"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(there / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(there / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
    }
    command = [sys.executable, "-I", "-c", IMPORTER, str(there / "plugins"), str(there / "dags")]
    ended = subprocess.run(command, cwd=there, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def names(made: Path) -> list[str]:
    with zipfile.ZipFile(made / "plugins.zip") as archive:
        return archive.namelist()


def test_it_holds_what_an_mwaa_bucket_needs(made):
    assert sorted(path.name for path in made.iterdir()) == ["dags", "plugins.zip", "requirements.txt"]
    assert {path.name for path in (ROOT / "dags").glob("*.py")} == {path.name for path in (made / "dags").iterdir()}
    assert (made / "requirements.txt").read_bytes() == (ROOT / "requirements.txt").read_bytes()


def test_plugins_zip_has_the_plugins_and_the_domain_and_nothing_local(made):
    packed = names(made)
    assert {".airflowignore", "airflow_sagemaker_once/operators.py", "include/models/bace.yaml"} <= set(packed)
    rooms = {"/".join(name.split("/")[:2]) for name in packed if name.startswith("include/")}
    rooms -= {"include/REVISION", "include/__init__.py"}
    assert rooms == {"include/autopilot", "include/cells", "include/models"}
    assert [name for name in packed if "__pycache__" in name or name.endswith(".pyc")] == []
    # What builds the operators' wheel stays at home.
    others = {name for name in packed if name.startswith("airflow_") and not name.endswith(".py")}
    pages = (ROOT / "plugins" / "airflow_autopilot" / "dashboard" / "pages").iterdir()
    assert others == {f"airflow_autopilot/dashboard/pages/{page.name}" for page in pages}


def test_the_ledger_on_mwaa_names_the_commit_that_was_bundled(made, imported):
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a git work tree")
    asked = ["git", "rev-parse", "HEAD"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    assert imported["revision"].removesuffix("-dirty") == commit


def test_a_bundle_of_sources_without_git_has_no_revision(tmp_path, monkeypatch):
    monkeypatch.delenv("GIT_REVISION", raising=False)
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "one.py").write_text("")
    assert bundle(tmp_path, tmp_path / "bundle") == "unknown"
    assert names(tmp_path / "bundle") == []


def test_the_same_sources_give_the_same_bytes(made, tmp_path, monkeypatch):
    # The copy has no git.
    monkeypatch.setenv("GIT_REVISION", code_revision(ROOT))
    copy = tmp_path / "copy"
    for room in ("dags", "plugins", "include"):
        shutil.copytree(ROOT / room, copy / room)
    shutil.copy(ROOT / "requirements.txt", copy)
    for path in copy.rglob("*.py"):
        os.utime(path, (0, 0))
        path.chmod(0o600)
    bundle(copy, tmp_path / "again")
    assert (tmp_path / "again" / "plugins.zip").read_bytes() == (made / "plugins.zip").read_bytes()


def test_every_dag_imports_from_the_bundle_alone(imported):
    assert imported["errors"] == {}
    gave_dags = {Path(file).name for file in imported["dag_files"]}
    # BACE is served by no endpoint and no model's file is broken, so these two give no DAG.
    assert gave_dags == {path.name for path in (ROOT / "dags").glob("*.py")} - {"deploy.py", "broken_models.py"}


def test_every_module_imports_from_the_bundle_alone(imported):
    assert {"airflow_autopilot.retraining", "include.autopilot.flows.retrain"} <= set(imported["modules"])


def test_the_plugins_load_and_the_libraries_beside_them_are_not_executed(imported):
    assert imported["plugin_errors"] == {}
    assert imported["stems"] == []


def test_an_older_bundle_is_replaced(tmp_path, capsys):
    assert main([str(tmp_path / "mwaa")]) == 0
    (tmp_path / "mwaa" / "dags" / "gone.py").write_text("")
    assert main([str(tmp_path / "mwaa")]) == 0
    assert not (tmp_path / "mwaa" / "dags" / "gone.py").exists()
    assert "plugins.zip" in capsys.readouterr().out


def test_in_a_shared_bucket_dag_files_have_a_folder_and_models_that_are_named_are_left_out(tmp_path):
    made = tmp_path / "mwaa"
    assert main([str(made), "--without", "bace", "bace_scaffold"]) == 0
    assert not [name for name in names(made) if name.startswith("include/models/")]
    shutil.copytree(made / "dags", tmp_path / "dags" / "autopilot")
    (tmp_path / "dags" / "models").mkdir()
    shutil.copy(ROOT / "include" / "models" / "bace_scaffold.yaml", tmp_path / "dags" / "models")
    found = seen(made, tmp_path)
    assert found["errors"] == {}
    assert "retrain.py" in {Path(file).name for file in found["dag_files"]}


def test_a_model_that_is_not_there_cannot_be_left_out(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([str(tmp_path / "mwaa"), "--without", "bac"])
    assert "there is no include/models/bac.yaml to leave out" in capsys.readouterr().err


def test_a_folder_of_something_else_is_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("precious")
    assert main([str(tmp_path)]) == 1
    assert (tmp_path / "thesis.txt").exists()
    assert "something else" in capsys.readouterr().err
