from __future__ import annotations

import json

from include.autopilot.report.requested import requested
from tests.support.reports import evaluated
from tests.support.toy import Toy


def test_requests_are_told_by_name_and_without_secrets(toy: Toy) -> None:
    plan = evaluated(toy)
    assert requested(toy.s3, plan) == []
    folder = plan.locations.records(plan.main).partition("/toy/")[2]
    request = {"TrainingJobName": "b", "Environment": {"DB_PASSWORD": "hunter2"}}
    toy.put(f"{folder}/b.request.json", json.dumps(request).encode())
    toy.put(f"{folder}/b.description.json", b"{}")
    toy.put(f"{folder}/a.request.json", json.dumps({"ModelName": "a"}).encode())
    found = requested(toy.s3, plan)
    assert [one.name for one in found] == ["a", "b"]
    assert found[0].text == '{\n  "ModelName": "a"\n}'
    assert "hunter2" not in str(found)
    assert '"DB_PASSWORD": "***"' in str(found[1].text)


def test_what_has_no_room_is_named_by_its_address(toy: Toy) -> None:
    plan = evaluated(toy)
    folder = plan.locations.records(plan.main).partition("/toy/")[2]
    for name in ("a", "b", "c"):
        toy.put(f"{folder}/{name}.request.json", json.dumps({"ModelName": "word " * 10_000}).encode())
    first, *_, last = requested(toy.s3, plan)
    assert first.text
    assert last.text is None
    assert last.uri.endswith("/c.request.json")
