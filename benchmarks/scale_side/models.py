"""The models: a copy of this tree that has only them, and what each of them has in S3. All of it is SYNTHETIC."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.autopilot.flows.search import publish_template
from include.autopilot.settings.config import ModelConfig, parse_model
from include.autopilot.template.projection import project
from tests.support.repository import ROOT
from tests.support.toy import ARTIFACT, AUTOML_JOB, MODULE, PROCESSOR, YAML, Recorded, Toy, csv_bytes, rows

SOURCE = "SYNTHETIC: a made-up table"
CUTOFFS = 12
_NEW_ROWS, _HELD_OUT = 40, 200
# What the winner's training reads besides train and validation.
_CHANNEL = f"search/20240101T000000/output/{AUTOML_JOB}/notes/notes.csv"
_RESPONSES = ROOT / "tests" / "include" / "autopilot" / "responses" / "toy"


def name_of(number: int) -> str:
    """Give the name of a model, by its number."""
    return f"scale{number:03d}"


def yaml_of(number: int, priority: int) -> str:
    """Write a model's YAML: a retraining a month, judged by its sealed holdout."""
    text = re.sub(r"(?m)^name: toy$", f"name: {name_of(number)}", YAML)
    text = text.replace("schedule: null", 'schedule: "0 0 1 * *"')
    text = text.replace("root: s3://toy-models/toy", f"root: s3://toy-models/{name_of(number)}")
    return f"{text}gate: {{judge_on: sealed}}\nwindow: all\npriority: {priority}\n"


class Models:
    """The models of one Airflow, which become more.

    The last one of those that are added together has a priority, where there are several.

    :param tree: where dags/, plugins/ and include/ are copied to.
    :param order: Airflow's rule for the order of tasks, instead of the product's.
    """

    def __init__(self, tree: Path, order: str | None) -> None:
        self.tree, self.count = tree, 0
        self.first_in_line: set[str] = set()
        for room in ("dags", "plugins", "include"):
            shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__", "models"))
        (tree / "include" / "models").mkdir()
        if order:
            file = tree / "plugins" / "airflow_autopilot" / "defaults.py"
            file.write_text(file.read_text().replace('"weight_rule": "upstream"', f'"weight_rule": "{order}"'))

    def grow(self, count: int, s3: Any, sagemaker: Any) -> list[str]:
        """Deliver holdouts, drops and templates, then write the YAMLs; gives the names of the new ones.

        :param count: of models from now on.
        """
        recorded = Recorded(_RESPONSES)
        if not self.count:
            _the_search(s3, sagemaker, recorded)
        new = range(self.count, count)
        texts = {name_of(number): yaml_of(number, int(len(new) > 1 and number == new[-1])) for number in new}
        configs = [parse_model(text, f"{name}.yaml") for name, text in texts.items()]
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda config: _deliver(s3, recorded, config), configs))
        for name, text in texts.items():
            (self.tree / "include" / "models" / f"{name}.yaml").write_text(text, encoding="utf-8")
        self.first_in_line |= {f"{config.name}_retrain" for config in configs if config.priority}
        self.count = count
        return list(texts)


def _the_search(s3: Any, sagemaker: Any, recorded: Recorded) -> None:
    """Leave what the one search behind all templates has left: its module, its featurizer and its model, a channel."""
    s3.create_bucket(Bucket="toy-models")
    for path, text in ((MODULE, PROCESSOR), (ARTIFACT, "what the featurizer learned"), (_CHANNEL, "1")):
        s3.put_object(Bucket="toy-models", Key=f"toy/{path}", Body=text.encode(), Metadata={"data-source": SOURCE})
    sagemaker.create_model(**project("Model", recorded.only("DescribeModel")))


def _deliver(s3: Any, recorded: Recorded, config: ModelConfig) -> None:
    toy = Toy(config, s3, recorded)
    toy.put("holdout/sealed.csv", csv_bytes(rows(100_000, _HELD_OUT)), SOURCE)
    toy.put("search/20240101T000000/input/train.csv", b"seen by the search", SOURCE)
    toy.put("holdout/second.csv", csv_bytes(rows(200_000, 3)), SOURCE)
    for number in range(CUTOFFS):
        path = f"drops/2024-{number + 1:02d}-01/rows.csv"
        toy.put(path, csv_bytes(rows(number * _NEW_ROWS, _NEW_ROWS)), SOURCE)
    publish_template(recorded, s3, config, AUTOML_JOB, datetime(2024, 1, 1, tzinfo=UTC))  # type: ignore[arg-type]
