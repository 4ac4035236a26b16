"""The blank form of a model's YAML, with a comment on every key, and how it is filled in.

The form is the one source of these comments: include/models/bace.yaml is the form, too, filled in with BACE.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from include.autopilot.base.metrics import metrics_of
from include.autopilot.settings.gate import JudgeOn
from include.autopilot.settings.recent import RecentConfig
from include.autopilot.settings.window import Word

LOCAL_BUCKET = "autopilot-retrain"
LOCAL_ROLE = "arn:aws:iam::123456789012:role/AutopilotRetrain"
# Texts that YAML reads as themselves; whatever else is put in quotes.
_PLAIN = re.compile(
    r"(?!(?:true|false|null|\.inf|\.nan)$)(?:[A-Za-z_][\w./-]*(?: [\w./-]+)*|s3://[\w./=~-]+)", re.ASCII
)
_WIDTH = 118
# With 200 rows a change that comes slowly is answered late, and a nonlinear world without one lags more.
_RECENT = RecentConfig(share=0.3, rows=400)


@dataclass(frozen=True)
class Draft:
    """What the form is filled in with.

    :param remarks: key of the YAML -> what is said above it, beside what the form says.
    :param job: an Autopilot job whose winner is retrained; without one there is a search.
    :param structures: the column that has structures in SMILES, if there is one.
    :param judge_on: which rows judge, ``recent``: which these are, ``window``: which drops a run learns from; what was
        measured to be best is in docs/adr/0029-defaults.md.
    """

    name: str
    target: str
    key: str
    ignore: Sequence[str]
    problem_type: str
    metric: str
    start_date: date
    cutoff: date
    root: str
    title: str
    role_arn: str = LOCAL_ROLE
    schedule: str = "0 0 1 * *"
    holdouts: Sequence[str] = ("sealed",)
    notes: Sequence[str] = ()
    structures: str | None = None
    max_candidates: int = 8
    job: str | None = None
    judge_on: JudgeOn = "recent"
    recent: RecentConfig = _RECENT
    window: Word = "auto"
    remarks: Mapping[str, Sequence[str]] = field(default_factory=dict)


def title_of(name: str) -> str:
    """Return what people read, of a model's name: ``customer_churn`` is ``Customer churn``."""
    return name.replace("_", " ").strip().capitalize()


def fill_in(draft: Draft) -> str:
    """Return the YAML."""
    environment = Environment(  # noqa: S701 - YAML, not HTML
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["scalar"] = _scalar
    source = files("include.autopilot.draft").joinpath("model.yaml.j2").read_text(encoding="utf-8")
    other = next(metric for metric in metrics_of(draft.problem_type) if metric.name != draft.metric)

    def remarks(key: str) -> str:
        return "".join(_comment(remark) for remark in draft.remarks.get(key, ()))

    return environment.from_string(source).render(draft=draft, other=other, remarks=remarks)


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _comment(remark: str) -> str:
    """Wrap a remark; the second line of an item stands below its text."""
    words, lines = remark.split(), [""]
    indent = "  " if remark.startswith("- ") else ""
    for word in words:
        if len(lines[-1]) + len(word) > _WIDTH:
            lines.append(indent)
        lines[-1] += f"{word} "
    return "".join(f"# {line.rstrip()}\n" for line in lines)
