"""What the champion's answers are worth: one stored exam per drop."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import EvaluationError, GateError
from include.autopilot.base.locations import Locations
from include.autopilot.base.source import is_synthetic, marked
from include.autopilot.drops.plan import PlannedHoldout
from include.autopilot.evaluation.predictions import read_predictions
from include.autopilot.exams.plan import ExamPlan, Paper
from include.autopilot.exams.stored import Exam, Place, store_exam
from include.autopilot.gate.measuring import measured
from include.autopilot.gate.objective import judged_by
from include.autopilot.gate.stored import Answers, contenders, save_answers
from include.autopilot.s3.changed import tell_change
from include.autopilot.settings.gate import GateConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


def mark(
    s3: S3Client,
    plan: ExamPlan,
    gate: GateConfig,
    model: str | None,
    output: str | None,
    place: Place | None = None,
) -> list[Exam]:
    """Measure and store the exams of a run; those that were stored meanwhile stay.

    :param gate: what is judged by, and the confidence and the resamples of the intervals.
    :param model: the name of the model that answered, and ``output`` the address of its answers; None where no row
        had to be asked.
    :param place: where they are stored; unless told among the champions' exams.
    :raises EvaluationError: the answers are not those of the rows, line for line.
    """
    found, place = [], place or Locations(plan.root).exam
    for paper in plan.papers:
        exam = store_exam(s3, place, _exam(s3, plan, gate, paper, model, output))
        log.info("%s", marked(exam.sentence, exam.source))
        found.append(exam)
    if found:
        tell_change(s3, Locations(plan.root))
    return found


def _exam(s3: S3Client, plan: ExamPlan, gate: GateConfig, paper: Paper, model: str | None, output: str | None) -> Exam:
    serving, problem = plan.serving, plan.problem
    if serving is None or problem is None:
        raise EvaluationError(f"{plan.own.plan} has papers and no champion. Clear the task create_examinee.")
    objective = judged_by(problem, gate)
    about: dict[str, Any] = {
        "version": serving.version,
        "arn": serving.arn,
        "version_cutoff": serving.cutoff,
        "drop": paper.name,
        "digest": paper.digest,
        "moment": paper.moment,
        "files": paper.files,
        "rows": paper.rows,
        "seen": paper.seen,
        "unlabelled": paper.unlabelled,
        "metric": objective.metric,
        "direction": objective.direction,
        "confidence": gate.confidence,
        "run": plan.run,
        "source": paper.source,
        "synthetic": is_synthetic(paper.source),
        "problem": paper.problem,
    }
    if paper.uri is None or paper.content is None:
        return Exam(**about)
    if model is None or output is None:
        raise EvaluationError(f"Nobody answered drop {paper.name}. Clear the task create_examinee of this run.")
    rows = PlannedHoldout(paper.name, paper.uri, paper.content, paper.rows, paper.uri)
    (read,) = read_predictions(s3, problem, (rows,), output)
    if read.unanswered is not None:
        return Exam(**{**about, "problem": read.unanswered.of(paper.rows)})
    answers = Answers(model, paper.content, read.keys, read.outcome)
    save_answers(s3, Locations(plan.root), answers)
    _, contender = contenders(None, answers)
    about |= {"answers": paper.content, "model": model}
    try:
        worth = measured(objective.metric, contender, gate)
    except GateError as error:
        return Exam(**{**about, "problem": str(error)})
    if worth.model.value is None:
        about["problem"] = f"{objective.metric} is not defined for these {paper.rows} rows."
    return Exam(**about, mark=worth.model, constant=worth.constant, constant_name=worth.constant_name)
