from __future__ import annotations

from pathlib import Path

from include.local_aws.runner.output import Output


def test_whole_lines_once_and_the_rest_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    output = Output(path)
    assert output.new_lines() == []
    path.write_bytes(b"one\n\ntw")
    assert output.new_lines() == ["one"]
    path.write_bytes(b"one\n\ntwo\nthr\xff")
    assert output.new_lines() == ["two"]
    assert output.new_lines(whole=True) == ["thr\\xff"]
    path.write_bytes(path.read_bytes() + b"\nfour\n")
    assert Output(path).new_lines() == []  # of an earlier container
