from __future__ import annotations

from include.autopilot.base.source import combine, is_synthetic, made_up, marked


def test_sources_are_named_once() -> None:
    assert combine(["BACE", None, "MoleculeNet", "BACE"]) == "BACE; MoleculeNet"
    assert combine([None, ""]) is None


def test_made_up_data_says_so() -> None:
    assert is_synthetic("SYNTHETIC table of the shape of BACE")
    assert marked("RMSE 0.6", "a; SYNTHETIC table") == "SYNTHETIC data: RMSE 0.6"


def test_real_data_does_not() -> None:
    assert not is_synthetic(None)
    assert marked("RMSE 0.6", "BACE, MoleculeNet") == "RMSE 0.6"


def test_only_rows_that_are_made_up_are_told_of() -> None:
    assert made_up("SYNTHETIC stand-in") == "SYNTHETIC data: SYNTHETIC stand-in"
    assert made_up("MoleculeNet") is None
    assert made_up(None) is None
