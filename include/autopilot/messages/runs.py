"""What people are told of a run that failed, is late, waits for them or has ended: in plain text.

No message holds an exception's text: that could hold anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from include.autopilot.base.lenient import at, text_at
from include.autopilot.base.shortened import shortened
from include.autopilot.base.source import SYNTHETIC

# SNS takes 100 ASCII characters on one line.
_LONGEST_SUBJECT = 99


@dataclass(frozen=True)
class Message:
    """A subject of one line and a text."""

    subject: str
    text: str


def message(subject: str, text: str, synthetic: bool | None) -> Message:
    """Return a message that says SYNTHETIC where the rows were made up, in the subject too.

    :param synthetic: None: not known here; nothing is said about it.
    """
    mark = f"{SYNTHETIC} data: " if synthetic else ""
    line = " ".join(f"{mark}{subject}".split()).encode("ascii", "replace").decode()
    return Message(shortened(line, _LONGEST_SUBJECT, "..."), f"{mark}{text}")


def failed(title: str, dag_id: str, run_id: str, tasks: str, synthetic: bool | None) -> Message:
    """Return the message of a run that failed.

    :param tasks: which ones, or Airflow's word for why.
    """
    text = f"Run {run_id} of {dag_id} failed ({tasks}). The task's log in Airflow says why. The champion stays."
    return message(f"{title}: {dag_id} failed", text, synthetic)


def late(title: str, dag_id: str, run_id: str, hours: float, state: str) -> Message:
    """Return the message of a run that has not finished in time.

    :param hours: since it was queued; ``state``: Airflow's word for how it is.
    """
    text = (
        f"Run {run_id} of {dag_id} was queued more than {hours:g} h ago and has not finished: it is {state}. Airflow's "
        "grid says at which task; a job may be slow, wait for capacity, or a person may be asked. The champion stays."
    )
    return message(f"{title}: {dag_id} is late", text, None)


def over_budget(title: str, question: str, synthetic: bool) -> Message:
    """Return the message of a run that waits for somebody to allow its cost."""
    return message(f"{title}: a run waits for approval of its cost", question, synthetic)


def concluded(report: Mapping[str, Any], page: str) -> list[Message]:
    """Return the messages of a run that ended: a new champion, one that declines, or that a search may be worth it.

    :param report: the content of ``report.json``.
    :param page: the address of the page for people.
    """
    found = []
    title, synthetic, cutoff = report["title"], report["synthetic"], report["cutoff"][:10]
    cost = text_at(report, "cost", "sentence")
    end = "\n".join(line for line in (cost and f"Cost of the run: {cost}", f"Report: {page}") if line)
    promotion = at(report, "gate", "promotion")
    if text_at(promotion, "kind") == "promoted":
        text = f"The model of cutoff {cutoff} is the champion now. {text_at(promotion, 'sentence') or ''}".rstrip()
        found.append(message(f"{title}: new champion", f"{text}\n{end}", synthetic))
    if at(report, "standing", "declined"):
        text = f"Cutoff {cutoff}: {text_at(report, 'standing', 'sentence')}"
        found.append(message(f"{title}: the champion declines", f"{text}\n{end}", synthetic))
    if signal := report.get("search_signal"):
        listed = "\n".join(signal)
        found.append(message(f"{title}: time to search again?", f"Cutoff {cutoff}:\n{listed}\n{end}", synthetic))
    return found
