"""The tree that people read; docs/scoring.md shows this one."""

from __future__ import annotations

import re

from include.autopilot.scoring.lineagetree import render
from include.autopilot.scoring.lineagewalk import walk
from tests.support.lineages import PREDICTIONS, ROOT, make_chain
from tests.support.repository import ROOT as REPOSITORY
from tests.support.toy import Toy


def test_the_documentation_shows_a_true_tree(toy: Toy) -> None:
    chain = make_chain(toy)
    chain.delete(f"{ROOT}/drops/2024-02-01/second.csv")
    # The template's digest holds the version of botocore.
    told = render(walk(toy.s3, PREDICTIONS)).replace(chain.template, "f3a9c1d2e4b50617")
    page = (REPOSITORY / "docs" / "scoring.md").read_text()
    (shown,) = re.findall(r"^```text\n(s3://toy-models/.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    assert told == shown


def test_what_is_made_up_and_what_is_broken_is_said(toy: Toy) -> None:
    chain = make_chain(toy)
    chain.change(chain.record, synthetic=True)
    chain.toy.put("drops/2024-01-01/first.csv", b"others")
    chain.delete(f"{ROOT}/holdout/sealed.csv")
    lines = render(walk(toy.s3, PREDICTIONS)).splitlines()
    assert lines[0] == f"{PREDICTIONS} (SYNTHETIC data)"
    assert any(line.endswith("CHANGED in S3 since") and "2024-01-01" in line for line in lines)
    assert any(line.endswith("GONE from S3") and "sealed" in line for line in lines)
    chain.delete(chain.record)
    assert render(walk(toy.s3, PREDICTIONS)).splitlines()[-1].startswith("└── BROKEN HERE: The ledger's record is gone")
