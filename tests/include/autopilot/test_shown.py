"""The one list of secrets in every place where the domain shows something or keeps it for reading."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.commandline import unreadable
from include.autopilot.base.locations import Locations
from include.autopilot.champion.ledger import enter
from include.autopilot.requests.dryrun import text_of
from tests.support.foretelling import foretold, look, planned, with_template, written
from tests.support.reports import written as reported
from tests.support.secrets import FORMS, NAMED, SECRETS, seen_in
from tests.support.toy import Toy

MASKED = "***"


def test_the_list_is_seen_where_nothing_is_masked() -> None:
    assert seen_in(json.dumps([NAMED, FORMS])) == SECRETS


def test_dry_run(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    template, plan = planned(toy, dry_run=True)
    train = template.steps.train | {
        "Environment": {f"F{number}": value for number, (value, _) in enumerate(FORMS)} | {"PLAIN": "to be read"},
        "HyperParameters": template.steps.train["HyperParameters"] | NAMED,
        "Tags": [{"Key": name, "Value": value} for name, value in NAMED.items()],
    }
    template = replace(template, replay=replace(template.steps, train=train))
    with caplog.at_level(logging.INFO):
        look(toy, with_template(toy, plan, template))
    assert seen_in(caplog.text + json.dumps(written(toy))) == []
    assert '"PLAIN": "to be read"' in caplog.text


def test_what_a_request_says_is_told_as_a_difference_only_where_it_is_no_secret(toy: Toy) -> None:
    one = foretold(toy)[-1]
    shown = text_of(replace(one, request=one.request | {"Environment": NAMED}))
    assert seen_in(shown) == []


def test_report(toy: Toy) -> None:
    toy.config = replace(toy.config, notes=tuple(value for value, _ in FORMS))
    page, content = reported(toy, [{"step": "train", "kind": "TrainingJob", "name": "n", "status": "Completed",
                                    "seconds": 1.0, "uri": FORMS[0][0]}])  # fmt: skip
    assert seen_in(page + json.dumps(content)) == []
    assert page.count(MASKED) >= len(FORMS)


def test_ledger(s3: Any) -> None:
    uri = Locations("s3://toy-models/toy").record("run", 1)
    entered = enter(s3, uri, {"sentence": [value for value, _ in FORMS], "jobs": [NAMED], "run": "to be read"})
    assert seen_in(json.dumps(entered)) == []
    assert entered == enter(s3, uri, {})
    assert entered["run"] == "to be read"


def test_a_command_that_cannot_read(capsys: pytest.CaptureFixture[str]) -> None:
    unreadable("; ".join(value for value, _ in FORMS[:6]))
    assert seen_in(capsys.readouterr().err) == []
