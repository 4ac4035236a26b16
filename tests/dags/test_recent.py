"""Rows that judge while they are new, in whole runs: their order changes nothing, and they judge and graduate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.drops.plan import load_plan
from include.autopilot.settings.recent import RecentConfig
from tests.support.judged import GATE, judged
from tests.support.tiny import Tiny, returned, table

pytestmark = pytest.mark.whole

CUTOFFS = ("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z")
SETTINGS: dict[str, Any] = {
    "gate": replace(GATE, judge_on="recent", min_holdout_rows=20), "recent": RecentConfig(0.4, 40), "exam": "off",
}  # fmt: skip


def content(tiny: Tiny, run: Any, root: str) -> dict[str, bytes]:
    """What a run read and answered, without the names of its place."""
    plan = load_plan(tiny.s3, returned(run, "prepare")["plan"])
    folder = plan.run_folder
    (answered,) = [uri for uri in tiny.keys(f"{folder.uri}/predictions/") if uri.endswith("/recent.csv.out")]
    files = {"recent": folder.recent, "answers": answered}
    manifests = {side: folder.manifest(side) for side in ("train", "validation")}
    found = {name: tiny.read(uri) for name, uri in {**files, **manifests}.items()}
    return {name: body.replace(root.encode(), b"") for name, body in found.items()}


def test_in_order_and_in_reverse_the_same_rows_judge_and_the_models_are_the_same(searched: Tiny) -> None:
    found = []
    for name, order in (("recenta", CUTOFFS), ("recentb", CUTOFFS[::-1])):
        with judged(searched, name, **SETTINGS) as model:
            body = table(700, 60).to_csv(index=False).encode()
            searched.s3.put_object(Bucket="tiny-models", Key=f"{name}/drops/2024-03-01/rows.csv", Body=body)
            runs = {cutoff: model.retrain(cutoff) for cutoff in order}
            assert {run.state for run in runs.values()} == {"success"}
            found.append({cutoff: content(searched, run, model.model.root) for cutoff, run in runs.items()})
            if order is CUTOFFS:
                verdicts = [model.record(runs[cutoff])["verdict"] for cutoff in CUTOFFS]
                assert [one["judged_on"] for one in verdicts] == ["recent"] * 2
                assert {one["rows"] for one in verdicts} == {40}
    assert found[0] == found[1]
    assert len({one["recent"] for one in found[0].values()}) == 2
