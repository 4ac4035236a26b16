"""A verdict by two kinds of rows: better beyond chance on the recent ones, and not much worse on the sealed ones."""

from __future__ import annotations

from dataclasses import replace

from include.autopilot.gate.verdict import Verdict, relative_words
from include.autopilot.settings.gate import GateConfig


def with_sealed(recent: Verdict, sealed: Verdict, config: GateConfig) -> Verdict:
    """Return the verdict by the recent rows, kept where the sealed ones speak against a promotion.

    They do where the loss that was measured on them grows by more than ``max_relative_loss`` of the champion's. That is
    no test: it spends no error, and promotes nobody.

    :param sealed: the same two models, judged on the sealed rows.
    """
    found, most = sealed.comparison, config.max_relative_loss
    verdict = replace(recent, judged_on=f"{recent.judged_on} and {sealed.judged_on}", beside=found)
    if found is None or found.relative_gain is None:
        told = "The sealed rows have no such metric" if found is None else "On the sealed rows the champion is perfect"
        passes = found is not None and found.gain >= 0
    else:
        passes = found.relative_gain >= -most
        told = f"On the {sealed.rows} sealed rows it is {relative_words(found.relative_gain)}"
        told += "" if passes else f", and {most:.1%} is the most (gate.max_relative_loss)"
    if passes or verdict.decision == "keep":
        return replace(verdict, sentence=f"{verdict.sentence} {told}.")
    sentence = f"{verdict.sentence} But {told[0].lower()}{told[1:]}: the champion stays."
    return replace(verdict, decision="keep", reason="worse_on_sealed", sentence=sentence)
