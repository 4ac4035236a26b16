from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from include.local_aws.faults.book import RuleBook
from include.local_aws.faults.rules import Rule

CREATE = "sagemaker.CreateTrainingJob"


def book(*rules: Rule) -> RuleBook:
    made = RuleBook()
    made.replace(rules)
    return made


def test_without_rules_nothing_goes_wrong() -> None:
    assert book().met_by_request("s3.GetObject") == []
    assert book().met_by_job(CREATE, "job", spot=True) == []


def test_delays_add_up_and_the_first_of_the_others_decides() -> None:
    slow, slower, lost, late = Rule("delay", seconds=1), Rule("delay", seconds=2), Rule("drop"), Rule("throttle")
    found = book(slow, slower, lost, late)
    assert found.met_by_request("s3.GetObject") == [slow, slower, lost]
    assert [rule["fired"] for rule in found.told()["rules"]] == [1, 1, 1, 0]


def test_a_rule_that_is_used_up_makes_room_for_the_next() -> None:
    found = book(Rule("drop", count=1), Rule("throttle", count=1))
    hits = [[rule.fault for rule in found.met_by_request("s3.GetObject")] for _ in range(3)]
    assert hits == [["drop"], ["throttle"], []]


def test_requests_and_jobs_have_their_own_faults() -> None:
    found = book(Rule("drop"), Rule("capacity"))
    assert [rule.fault for rule in found.met_by_request(CREATE)] == ["drop"]
    assert [rule.fault for rule in found.met_by_job(CREATE, "job", spot=False)] == ["capacity"]


def test_a_job_meets_the_same_fate_whoever_comes_first() -> None:
    def hit(seed: int, names: list[str]) -> set[str]:
        found = book(Rule("capacity", percent=50, seed=seed))
        return {name for name in names if found.met_by_job(CREATE, name, spot=False)}

    names = [f"job-{number}" for number in range(40)]
    assert 10 <= len(hit(1, names)) <= 30
    assert hit(1, names[::-1]) == hit(1, names)
    assert hit(2, names) != hit(1, names)


def test_a_count_is_kept_by_many_threads_at_once() -> None:
    found = book(Rule("throttle", count=50))
    with ThreadPoolExecutor(8) as pool:
        hits = list(pool.map(lambda _: bool(found.met_by_request("s3.GetObject")), range(2000)))
    assert sum(hits) == 50
    assert found.told()["calls"] == {"s3.GetObject": 2000}
