"""Whatever the model of SageMaker allows, and a little more, is answered: never a 5xx, never nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.local_aws.process import start
from tests.include.local_aws.generated.requests import Requests
from tests.include.local_aws.generated.sending import FEW, MANY, send
from tests.include.local_aws.jobs import Clients


def _sent(folder: Path, count: int, seed: int) -> None:
    with start(folder) as running:
        told = send(Clients.of(running.url), count, seed)
    assert sum(told.values()) == count
    # It reaches what lies behind the first checks, too, or the answers would say nothing.
    assert told["done"] > count / 20
    assert told["ValidationException"] > count / 20


def test_a_few_generated_requests(tmp_path: Path) -> None:
    _sent(tmp_path, FEW, seed=1)


@pytest.mark.whole
def test_ten_thousand_generated_requests(tmp_path: Path) -> None:
    _sent(tmp_path, MANY, seed=2)


def test_a_seed_makes_the_same_requests_again() -> None:
    once, again = Requests(3, {}), Requests(3, {})
    made = [once.made("CreateTrainingJob") for _ in range(20)]
    assert made == [again.made("CreateTrainingJob") for _ in range(20)]
    assert len({str(one) for one in made}) == 20
