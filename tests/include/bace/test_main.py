import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from include.bace import source
from include.bace.__main__ import main
from include.bace.source import columns
from include.bace.synthetic import render
from tests.support.structures import with_structures

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE", "BACE_CSV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    # Nothing listens there: the tests never leave this machine.
    monkeypatch.setattr(source.load, "__defaults__", ("http://127.0.0.1:9/bace.csv", 1))
    with mock_aws():
        yield


def drops() -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket="lab", Prefix="bace/drops/")
    return [item["Key"].split("/")[2] for item in listed["Contents"]]


def test_it_delivers_the_drops_up_to_a_date_and_says_synthetic_on_every_line(tmp_path, capsys, caplog):
    assert main(["--root", "s3://lab/bace", "--until", "2024-03-01", "--cache", str(tmp_path)]) == 0
    assert drops() == ["2024-01-01", "2024-02-01", "2024-03-01"]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "SYNTHETIC data: s3://lab/bace/holdout/sealed.csv: 200 rows, written"
    assert lines[-1] == "5 objects, 5 written; data source: SYNTHETIC table of the shape of BACE"
    assert all("SYNTHETIC" in line for line in lines)
    said = [record for record in caplog.records if record.name.startswith("include.bace")][-1]
    assert "SYNTHETIC" in said.message
    assert said.levelno == logging.WARNING


def test_a_second_call_finds_everything_there(tmp_path, capsys, monkeypatch):
    named = tmp_path / "own.csv"
    named.write_bytes(render(columns()))
    monkeypatch.setenv("BACE_CSV", str(named))
    assert main(["--root", "s3://lab/bace"]) == 0
    capsys.readouterr()
    assert main(["--root", "s3://lab/bace"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(drops()) == 12
    assert lines[0] == "s3://lab/bace/holdout/sealed.csv: 200 rows, already there"
    assert lines[-1].startswith("14 objects, 0 written; data source: BACE from own.csv, which is not MoleculeNet's")


def test_the_holdout_can_have_scaffolds_of_its_own(tmp_path, capsys, monkeypatch):
    named = tmp_path / "own.csv"
    with_structures().to_csv(named, index=False)
    monkeypatch.setenv("BACE_CSV", str(named))
    assert main(["--root", "s3://lab/bace", "--by", "scaffold"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "s3://lab/bace/holdout/new_scaffolds.csv: 200 rows, written"
    assert len(drops()) == 12


def test_the_synthetic_table_has_no_scaffolds(tmp_path, capsys):
    assert main(["--root", "s3://lab/bace", "--by", "scaffold", "--cache", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "1513 of 1513 rows have no structure in column mol, the first is BACE_1 ('SYNTHETIC_" in said
    assert "name MoleculeNet's file with BACE_CSV" in said


def test_a_named_file_that_is_missing_is_one_sentence(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("BACE_CSV", str(tmp_path / "gone.csv"))
    assert main(["--root", "s3://lab/bace"]) == 1
    assert capsys.readouterr().err.startswith("include.bace: BACE_CSV=")


def test_it_is_a_command():
    shown = subprocess.run(
        [sys.executable, "-m", "include.bace", "--until", "tomorrow", "--root", "s3://lab/bace"],
        cwd=ROOT, env={"PATH": os.defpath}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert shown.returncode == 2
    assert "argument --until: invalid fromisoformat value: 'tomorrow'" in shown.stderr
