from __future__ import annotations

from pathlib import Path

from include.local_aws.runtimes.script_mode.relocation import ROOT, move_sources, moved


def test_the_longest_folder_counts() -> None:
    places = {ROOT: Path("/job"), f"{ROOT}/model": Path("/elsewhere")}
    assert moved("a=/opt/ml/model/x b=/opt/ml/input", places) == "a=/elsewhere/x b=/job/input"


def test_python_files_change_and_others_do_not(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.py").write_text("x = '/opt/ml/model'\n")
    (tmp_path / "b.txt").write_text("/opt/ml/model")
    (tmp_path / "latin.py").write_bytes(b"# -*- coding: latin-1 -*-\nx = '\xe9'\n")
    move_sources(tmp_path, {ROOT: Path("/job")})
    assert (tmp_path / "deep" / "a.py").read_text() == "x = '/job/model'\n"
    assert (tmp_path / "b.txt").read_text() == "/opt/ml/model"
