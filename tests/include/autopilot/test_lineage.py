"""The command that walks from predictions back to the drops: found, broken with its place, nothing to read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from include.autopilot import lineage
from tests.support.lineages import MODEL, PREDICTIONS, ROOT, RUN, SCORING, Chain, make_chain
from tests.support.servings import SERVING
from tests.support.toy import Toy

Ask = Any


@pytest.fixture
def chain(toy: Toy) -> Chain:
    return make_chain(toy)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run the command as a user would, with credentials from the environment; give code, object and stderr."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")

    def run(uri: str) -> tuple[int, dict[str, Any], str]:
        code = lineage.main([uri, "--json", "--region", "us-east-1"])
        said = capsys.readouterr()
        return code, json.loads(said.out or "{}"), said.err

    return run


@pytest.mark.parametrize("uri", [PREDICTIONS, f"{ROOT}/scores/{SCORING}", f"{ROOT}/scores/{SCORING}/"])
def test_predictions_lead_back_to_every_drop(chain: Chain, ask: Ask, uri: str) -> None:
    code, found, _ = ask(uri)
    assert (code, found["broken"]) == (0, None)
    assert found["version"]["arn"] == SERVING.arn
    assert found["run"]["key"] == RUN
    assert found["template"]["digest"] == chain.template
    assert len(found["jobs"]) == 4
    assert [(drop["date"], drop["state"]) for drop in found["drops"]] == [
        ("2024-01-01", "same"),
        ("2024-02-01", "same"),
        ("2024-03-01", "same"),
    ]
    assert [(one["name"], one["state"]) for one in found["holdouts"]] == [("sealed", "same")]
    assert found["put_in_place"]["kind"] == "promoted"


@pytest.mark.parametrize("more", ["", "/", f"/{MODEL}", f"/{MODEL}/", f"/{MODEL}/sealed.csv.out"])
def test_so_do_a_runs_predictions_of_its_holdouts(chain: Chain, ask: Ask, more: str) -> None:
    code, found, _ = ask(f"{ROOT}/runs/{RUN}/predictions{more}")
    assert (code, found["version"]["arn"], len(found["drops"])) == (0, SERVING.arn, 3)
    assert "scoring" not in found


def test_what_changed_or_went_since_is_told_and_breaks_nothing(chain: Chain, ask: Ask) -> None:
    chain.toy.put("drops/2024-01-01/first.csv", b"others")
    chain.delete(f"{ROOT}/drops/2024-02-01/second.csv")
    chain.delete(f"{ROOT}/holdout/sealed.csv")
    chain.delete(f"{ROOT}/new/compounds.csv")
    code, found, _ = ask(PREDICTIONS)
    assert (code, found["broken"]) == (0, None)
    assert [drop["state"] for drop in found["drops"]] == ["changed", "gone", "same"]
    assert found["holdouts"][0]["state"] == "gone"
    assert found["scoring"]["files"][0]["input_state"] == "gone"


def test_a_broken_chain_says_where_and_shows_what_came_before(chain: Chain, ask: Ask) -> None:
    chain.delete(f"{ROOT}/template/{chain.template}.json")
    code, found, _ = ask(PREDICTIONS)
    assert code == 3
    assert found["broken"] == f"{ROOT}/template/{chain.template}.json is gone. Restore it, or search again."
    assert found["version"]["arn"] == SERVING.arn
    assert "drops" not in found


@pytest.mark.parametrize(
    ("uri", "broken"),
    [
        (f"{ROOT}/scores/{SCORING}/lineage.json", f"There is no lineage.json beside {PREDICTIONS} or above it"),
        (SERVING.record, f"The ledger's record is gone: {SERVING.record}."),
        (SERVING.event, f"The ledger's record of the promotion is gone: {SERVING.event}."),
        (f"{ROOT}/runs/{RUN}/plan.json", f"The plan of the run is gone: {ROOT}/runs/{RUN}/plan.json."),
    ],
)
def test_a_missing_link_breaks_the_chain(chain: Chain, ask: Ask, uri: str, broken: str) -> None:
    chain.delete(uri)
    code, found, _ = ask(PREDICTIONS)
    assert code == 3
    assert found["broken"].startswith(broken)


def test_a_changed_link_breaks_the_chain(chain: Chain, ask: Ask) -> None:
    chain.change(chain.record, version={"arn": "arn:another"})
    code, found, _ = ask(PREDICTIONS)
    assert code == 3
    assert found["broken"].startswith(f"{chain.record} is about arn:another, but {ROOT}/scores/{SCORING}/lineage.json")


def test_a_plan_with_another_template_breaks_the_chain(chain: Chain, ask: Ask) -> None:
    chain.change(f"{ROOT}/runs/{RUN}/plan.json", template="fedcba9876543210")
    code, found, _ = ask(PREDICTIONS)
    assert (code, "names template fedcba9876543210, the ledger" in found["broken"]) == (3, True)


@pytest.mark.parametrize(("body", "broken"), [(b"no json", "is not JSON"), (b"{}", "A record does not say what it")])
def test_a_link_that_is_no_record_breaks_the_chain(chain: Chain, ask: Ask, body: bytes, broken: str) -> None:
    chain.toy.put(chain.record.removeprefix(f"{ROOT}/"), body)
    code, found, _ = ask(PREDICTIONS)
    assert (code, broken in found["broken"]) == (3, True)


def test_changed_predictions_are_not_those_of_the_lineage(chain: Chain, ask: Ask) -> None:
    chain.toy.put(PREDICTIONS.removeprefix(f"{ROOT}/"), b"id,prediction\nnew-1,99\n")
    code, found, _ = ask(PREDICTIONS)
    assert code == 3
    assert found["broken"].startswith(f"{PREDICTIONS} is not what the scoring wrote")


def test_a_strangers_file_beside_predictions_is_not_covered_by_them(chain: Chain, ask: Ask) -> None:
    other = chain.toy.put(f"scores/{SCORING}/other.csv", b"id,prediction\n")
    code, found, _ = ask(other)
    assert (code, f"lineage.json does not name {other}" in found["broken"]) == (3, True)


def test_a_run_that_registered_nothing_breaks_the_chain(chain: Chain, ask: Ask) -> None:
    uri = chain.toy.put("runs/20240401T000000-11111111/predictions/toy-model/sealed.csv.out", b"x")
    code, found, _ = ask(uri)
    assert code == 3
    assert "has no record of run 20240401T000000-11111111 with the model toy-model" in found["broken"]


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        (
            f"{ROOT}/scores/none.csv",
            f"{ROOT}/scores/none.csv does not exist in S3. Give the S3 address of predictions.",
        ),
        ("s3://no-such-bucket/a.csv", "AWS could not be asked: "),
        ("predictions.csv", "'predictions.csv' is not an S3 address like s3://bucket/folder. Give the S3 address"),
    ],
)
def test_nothing_to_read(chain: Chain, ask: Ask, uri: str, message: str) -> None:
    code, found, said = ask(uri)
    assert (code, found) == (2, {})
    assert said.startswith(message)
