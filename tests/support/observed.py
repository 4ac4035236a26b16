"""Models with a history in S3 that no job has made: as many runs, champions, exams and reports as a test wants."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from include.autopilot.base.csvlines import encode_file, encode_line
from include.autopilot.base.cutoff import run_key
from include.autopilot.base.locations import Locations
from include.autopilot.champion.ledger import enter, event
from include.autopilot.champion.pointer import Champion
from include.autopilot.champion.version import Version
from include.autopilot.exams.stored import Exam, store_exam
from include.autopilot.gate.measuring import Measure
from include.autopilot.s3.changed import tell_change
from include.autopilot.s3.objects import read_json, write, write_json
from include.autopilot.settings.config import ModelConfig, parse_model

YAML = """
name: {name}
title: "{title}"
schedule: null
start_date: 2023-12-01
root: {root}
target: y
key: id
ignore: []
holdouts: [sealed]
validation_fraction: 0.2
search:
  role_arn: arn:aws:iam::123456789012:role/AutopilotRetrain
  cutoff: 2024-01-01
  problem_type: Regression
  metric: MSE
  max_candidates: 3
  max_runtime_per_training_seconds: 300
  max_runtime_seconds: 600
"""
# What a person, a table or a file could have written: markup, quotes, another direction of writing, and a great deal.
HOSTILE = f"""<script>alert("x")</script><img src=x onerror='alert(1)'> "quotes' \u202eright to left {"long " * 2000}"""
SCORING = "20240501T000000-0a1b2c3d"
FIRST = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass
class Observed:
    """One such model.

    :param said: what stands in every text that a person or a table could have written.
    """

    s3: Any
    config: ModelConfig
    said: str = ""

    @classmethod
    def named(cls, s3: Any, bucket: str, name: str, title: str = "A toy", said: str = "") -> Observed:
        config = parse_model(YAML.format(name=name, title=title, root=f"s3://{bucket}/{name}"), f"{name}.yaml")
        return cls(s3, config, said)

    @property
    def locations(self) -> Locations:
        return Locations(self.config.root)

    def cutoff(self, number: int) -> datetime:
        return FIRST + timedelta(days=7 * number)

    def key(self, number: int) -> str:
        return run_key(self.cutoff(number), f"{self.config.name}_retrain", f"run-{number}")

    def version(self, number: int) -> Version:
        """The version of a run; their numbers begin with 1, as the runs' do."""
        name, value = self.config.name, 1 + 1 / (number + 1)
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:model-package/{name}/{number}"
        cutoff = self.cutoff(number).isoformat()
        return Version(arn, number, cutoff, self.key(number), f"{name}-{number}", "h", "t", "MSE", "Minimize", value)

    def run(self, number: int, promoted: bool = True, report: bool = True) -> str:
        """Enter a run into the ledger and what became of its version; returns its key."""
        version, before = self.version(number), self.version(max(number - 1, 0))
        drops = [{"date": f"{self.cutoff(one):%Y-%m-%d}", "digest": "0" * 16, "files": []} for one in range(number)]
        compared = {
            "metric": "MSE", "direction": "Minimize", "champion": before.value, "challenger": version.value,
            "gain": 0.1, "relative_gain": 0.05, "low": -0.1, "high": 0.3, "bound": 0.0,
        }  # fmt: skip
        reason = "better" if promoted else "tie" if number > 1 else "no_better_than_baseline"
        verdict = {
            "decision": "promote" if promoted else "keep", "reason": reason, "rows": 80,
            "sentence": f"{version.label} is compared with {before.label}. {self.said}", "comparison": compared,
        }  # fmt: skip
        at = self.cutoff(number).isoformat()
        record = {
            "schema": 1, "kind": "run", "at": at, "model": self.config.name, "run": version.run,
            "cutoff": version.cutoff, "synthetic": False, "drops": drops[-3:], "version": asdict(version),
            "verdict": verdict, "cost": {"known_usd": 1.25, "unknown": 0},
        }  # fmt: skip
        enter(self.s3, self.locations.record(version.run, number), record)
        details = {"reason": verdict["reason"], "sentence": verdict["sentence"]}
        kind = "promoted" if promoted else "kept"
        found = number if promoted else number - 1
        uri, move = event(self.locations, version, kind, found, at, version.run, details)
        enter(self.s3, uri, move)
        if promoted:
            write_json(self.s3, self.locations.champion, asdict(Champion(number, version, uri, move)))
        if report:
            self.report(number)
        tell_change(self.s3, self.locations)
        return version.run

    def s3_record(self, number: int) -> dict[str, Any]:
        """The ledger's record of a run."""
        found: dict[str, Any] = read_json(self.s3, self.locations.record(self.key(number), number))
        return found

    def report(self, number: int) -> None:
        """Write a run's report."""
        folder, cutoff = self.locations.run(self.key(number)), self.cutoff(number)
        drop = {
            "drop": f"2024-01-0{number % 9 + 1}{self.said}", "rows": 100, "used": 90, "superseded": 4, "repeated": 1,
            "held_out": 5, "unusable": 0,
        }  # fmt: skip
        drift = {"drop": drop["drop"], "sentence": f"Nothing moved. {self.said}", "warnings": []}
        write_json(
            self.s3,
            folder.report,
            {
                "run": self.key(number), "cutoff": cutoff.isoformat(), "drops": [drop], "drift": {"drops": [drift]},
                "search_signal": [], "holdouts": {"sealed": {}}, "cost": {"months": {
                    f"2024-05{self.said}": {"known_usd": 0.0, "unknown": 2, "jobs": 2, "saving_usd": None},
                    "2024-06": {"known_usd": 12.5, "unknown": 1, "jobs": 9, "saving_usd": 3.25},
                }},
            },
        )  # fmt: skip
        columns = [
            {"name": f"column{place}{self.said}", "distance": distance, "action": action, "reasons": reasons}
            for place, (distance, action, reasons) in enumerate(
                [(0.01, "none", []), (0.45, "warn", [f"It moved. {self.said}"]), (None, "none", [])]
            )
        ]
        compared = [{"drop": drop["drop"], "columns": columns}, {"drop": "2024-02-01", "columns": columns[:2]}]
        write_json(self.s3, folder.drift, {"baseline": {"why": f"the first drop{self.said}"}, "drops": compared})
        page = f"<!doctype html><title>R</title><h1>The report of {number}</h1><script>alert(1)</script>"
        write(self.s3, folder.report_page, page, "text/html; charset=utf-8")

    def scoring(self, rows: list[list[str]], **told: Any) -> str:
        """Leave what a scoring leaves; returns the path of its page.

        :param rows: key, prediction, version; ``told``: what its lineage says instead.
        """
        folder, columns = self.locations.score(SCORING), ["id", "prediction", "model_version"]
        uri = f"{folder}/new.csv"
        write(self.s3, uri, encode_file(map(encode_line, [columns, *rows])), "text/csv")
        write_json(self.s3, folder.plan, {"output": str(folder)})
        lineage = {
            "scoring_run": SCORING, "version": {"number": 4, "cutoff": "2024-01-29T00:00:00+00:00"}, "synthetic": False,
            "columns": columns, "files": [{"predictions": uri, "rows": len(rows)}], **told,
        }  # fmt: skip
        write_json(self.s3, folder.lineage, lineage)
        return f"/models/{self.config.name}/scores/{SCORING}"

    def exam(self, number: int, version: int, value: float) -> Exam:
        """Store an exam of a version on a drop."""
        digest = hashlib.sha256(f"{self.config.name} {number}".encode()).hexdigest()[:16]
        moment, examined = self.cutoff(number), self.version(version)
        found = Exam(
            version, examined.arn, examined.moment, f"{moment:%Y-%m-%d}", digest, moment, {}, 50, 0, 0, "MSE",
            "Minimize", 0.95, Measure(value, value - 0.1, value + 0.1), Measure(3.0), "always the mean", "answers",
            examined.model,
        )  # fmt: skip
        stored = store_exam(self.s3, self.locations.exam, found)
        tell_change(self.s3, self.locations)
        return stored


@dataclass
class Site:
    """The server, with somebody who is logged in, and somebody who may only look."""

    client: Any
    token: str
    viewer: str

    def get(self, path: str, token: str | None = "", **more: Any) -> Any:
        """Ask as a browser does, with the cookie; without a login where the token is None."""
        cookies = {} if token is None else {"_token": token or self.token}
        self.client.cookies.clear()
        for name, value in cookies.items():
            self.client.cookies.set(name, value)
        return self.client.get(f"/autopilot{path}", follow_redirects=False, **more)
