"""Every key of a model's YAML with every wrong kind of value: refused when the file is read, with file, key and fix."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest

from include.autopilot.base.errors import ConfigError
from tests.support.modelkeys import changed, keys
from tests.support.toy import YAML

# A model with every section, for the keys that belong below them.
WHOLE = f"""{YAML}
autopilot: {{job: toy-1}}
prices: {{date: 2024-01-01, training: {{ml.m5.large: 1.0}}, transform: {{ml.m5.large: 1.0}}}}
notify: {{sns_topic_arn: "arn:aws:sns:eu-west-1:123456789012:toy"}}
score: {{input: s3://toy-models/new/}}
deploy: endpoint
approval: required
encryption: {{sse: aws:kms}}
segments: [{{column: colour}}]
"""

TEXT = "Input should be a valid string. Put it in quotes."
BLANK = "It is blank. Write it, or take the key out if it may be left out."
WHOLE_NUMBER = "Input should be a valid integer. Write digits without quotes."
NUMBER = "Input should be a valid number. Write digits without quotes."
FINITE = "Input should be a finite number."
LIST = "Input should be a valid array. Write a list like [a, b]."
SECTION = "Input should be an object. Write its keys below it, or leave it out."
TABLE = "Input should be an object. Write its keys below it."
SWITCH = "Input should be a valid boolean. Write true or false."
DATE = "Write a date like 2024-01-01."
YEAR = "Write a year from 1900 to 2200."
POSITIVE = "Input should be greater than or equal to 1."
NOT_NEGATIVE = "Input should be greater than or equal to 0."
ABOVE_ZERO = "Input should be greater than 0."
BELOW_ONE = "Input should be less than 1."
AT_MOST_ONE = "Input should be less than or equal to 1."
LARGEST = "Input should be less than or equal to 2147483647."
ADDRESS = "is not an S3 address like s3://bucket/folder."
BUCKET = "Write s3://bucket/folder, with a bucket of 3 to 63 lower-case letters, digits, hyphens and single dots."
FOLDER = "Write s3://bucket/folder, with a folder of letters, digits and any of - _ . = ! ' ( ) / ~."
CRON = (
    "Write five fields (minute, hour, day of month, month, day of week) like '0 6 * * 1', a name like @daily, or null "
    "for never."
)
NAME = "Write at most 24 lower-case letters, digits and underscores, a letter first, also as the file's name."
HOLDOUT = "Write the name of a file under holdout/ without .csv: lower-case letters, digits and underscores."
ROLE = "Write the role's ARN, arn:aws:iam::123456789012:role/Name."
TOPIC = "Write the topic's ARN, arn:aws:sns:eu-west-1:123456789012:name."
QUEUE = "Write the queue's URL, https://sqs.eu-west-1.amazonaws.com/123456789012/name."
JOB = "Write its name, not its ARN: letters, digits and hyphens, 63 at most."
BOTH = "autopilot: name both transform_job and training_job."
ONE = "autopilot: name a job, or a transform_job and a training_job, or a template: exactly one of these."
KNOWN = "is not known. Remove it or correct its spelling; docs/models.md explains every key."
INSTANCE = "Write a type like ml.m5.4xlarge."
KMS = "Write the ID of a key of KMS, its ARN, or alias/ and its alias."
OBJECTIVES = "which is no objective of a Regression. Write one of: MSE, RMSE, MAE, R2."
JUDGES = (
    "and the gate cannot judge by it. Write one of: MSE, RMSE, MAE, R2, Accuracy, BalancedAccuracy, F1, Precision, "
    "Recall, AUC, F1macro, PrecisionMacro, RecallMacro, LogLoss."
)

# A wrong value and what is said of it, behind "toy.yaml: key 'title' is 5. ". What is said of something inside the
# value, or of the key together with others, is written out behind "toy.yaml: ".
Rows = list[tuple[Any, str]]


def one_of(*words: str) -> Rows:
    """What is wrong where one of a few words is wanted."""
    *first, last = map(repr, words)
    said = f"Input should be {', '.join(first)} or {last}."
    return [(True, said), (5, said), ("nonsense", said), (words[0].upper(), said)]


SHARE: Rows = [("0.1", NUMBER), (-0.1, NOT_NEGATIVE), (1, BELOW_ONE), (nan, FINITE)]
THRESHOLD: Rows = [("0.1", NUMBER), (0, ABOVE_ZERO), (1.1, AT_MOST_ONE), (inf, FINITE)]
DOLLARS: Rows = [("50", NUMBER), (-1, NOT_NEGATIVE), (inf, FINITE), (nan, FINITE)]
COUNT: Rows = [("3", WHOLE_NUMBER), (1.5, WHOLE_NUMBER), (0, POSITIVE), (2**31, LARGEST)]
WRONG: dict[str, Rows] = {
    "name": [(5, TEXT), ("Toy", NAME), ("a" * 25, NAME), ("a-b", NAME)],
    "title": [(5, TEXT), (" ", BLANK)],
    "schedule": [
        (5, TEXT),
        ("every day", f"It has 2 fields. {CRON}"),
        ("0 0 32 * *", f"[0 0 32 * *] is not acceptable, out of range. {CRON}"),
        ("0 0 31 2 *", f"Failed to find next date. {CRON}"),
        ("@dayly", f"There is no @dayly. {CRON}"),
    ],
    "start_date": [
        (5, DATE), ("soon", DATE), ("2024-02-30", DATE), ("0001-01-01T00:00:00+23:00", DATE), ("9999-12-31", YEAR),
        ("0202-01-01", YEAR),
    ],
    "root": [
        (5, TEXT),
        ("/toy", f"'/toy' {ADDRESS}"),
        ("https://toy-models/toy", f"'https://toy-models/toy' {ADDRESS}"),
        ("s3://", f"'s3://' {ADDRESS}"),
        *((f"s3://{bucket}/toy", BUCKET) for bucket in ("Toy", "to", "192.168.0.1", "toy..models", "[toy", "t" * 64)),
        *((f"s3://toy-models/{folder}", FOLDER) for folder in ("tö?", "../x", "a//b", "a b")),
    ],
    "target": [(5, TEXT), (True, TEXT), (None, TEXT), ("", BLANK)],
    "key": [(5, TEXT), (["id"], TEXT), (" ", BLANK)],
    "ignore": [
        ("note", LIST), (["a", "b", "a"], "Name each entry once; 'a' is there twice."),
        ([5], f"key 'ignore.0' is 5. {TEXT}"), (["a", ""], f"key 'ignore.1' is ''. {BLANK}"),
    ],
    "holdouts": [
        ("sealed", LIST), ([], "Name one file or more: the first one judges."),
        (["a", "a"], "Name each entry once; 'a' is there twice."),
        *(([name], f"key 'holdouts.0' is {name!r}. {HOLDOUT}") for name in ("../x", "sealed.csv", "Sealed", "a b", "")),
    ],
    "validation_fraction": [
        ("0.2", NUMBER), ("yes", NUMBER), (0, ABOVE_ZERO), (-0.2, ABOVE_ZERO), (1, BELOW_ONE), (20, BELOW_ONE),
        (nan, FINITE),
    ],
    "search": [("xgboost", SECTION), ([], SECTION)],
    "autopilot": [
        ("toy-1", SECTION),
        ({}, ONE),
    ],
    "notes": [("a note", LIST), (["a", "a"], "Name each entry once; 'a' is there twice."),
              ([""], f"key 'notes.0' is ''. {BLANK}")],
    "inference_output": one_of("labels", "probabilities"),
    "recipe": one_of("replay", "retune", "search"),
    "retune": [
        ("on", SECTION), ({"trials": 3}, f"key 'retune.trials' {KNOWN}"),
        ({"jobs": 3, "parallel": 4}, "retune: parallel is 4, more than the 3 jobs. Write 3 or less."),
    ],
    "featurizer": one_of("reuse", "refit"),
    "prices": [(5, SECTION), ({}, "\n".join(
        f"key 'prices.{key}' is missing. Add it; docs/models.md explains every key."
        for key in ("date", "training", "transform")))],
    "gate": [("off", SECTION), ({"min_rows": 3}, f"key 'gate.min_rows' {KNOWN}")],
    "recent": [("half", SECTION), ({"keys": 3}, f"key 'recent.keys' {KNOWN}")],
    "window": [
        *((value, "Write all, auto, {drops: 6} or {days: 365}.") for value in ("ALL", 5, True, [])),
        ({}, "window: write drops or days, one of them."),
        ({"drops": 2, "days": 3}, "window: write drops or days, one of them."),
        ({"weeks": 3}, f"key 'window.weeks' {KNOWN}"),
    ],
    "window.drops": [("3", WHOLE_NUMBER), (0, POSITIVE), (3654, "Input should be less than or equal to 3653.")],
    "window.days": [("3", WHOLE_NUMBER), (0, POSITIVE), (3654, "Input should be less than or equal to 3653.")],
    "segments": [
        ("colour", LIST), ({"column": "colour"}, LIST), (["colour"], f"key 'segments.0' is 'colour'. {SECTION}"),
        ([{"bands": 4}], "key 'segments.0.column' is missing. Add it; docs/models.md explains every key."),
        ([{"column": "a", "band": 4}], f"key 'segments.0.band' {KNOWN} Did you mean 'bands'?"),
        ([{"column": "a"}, {"column": "b"}, {"bands": 2, "column": "a"}],
         "Name each column once; 'a' is there twice."),
    ],
    "exam": one_of("on", "off"),
    "decline": [("retrain", SECTION), ({"limit": 3}, f"key 'decline.limit' {KNOWN}")],
    "approval": one_of("none", "required"),
    "approval_timeout_seconds": [
        ("60", WHOLE_NUMBER), (0, POSITIVE), (10**15, "Input should be less than or equal to 31622400."),
    ],
    "priority": [
        ("high", WHOLE_NUMBER), (True, WHOLE_NUMBER), (-1, NOT_NEGATIVE),
        (5, "Input should be less than or equal to 4."),
    ],
    "trigger": one_of("schedule", "drop", "both"),
    "drops_queue_url": [
        (5, TEXT), ("toy-drops", QUEUE), ("https://sqs.us-east-1.amazonaws.com/", QUEUE),
        ("arn:aws:sqs:us-east-1:123456789012:toy", QUEUE),
    ],
    "changed_drops": one_of("refuse", "accept"),
    "changed_holdouts": one_of("refuse", "accept"),
    "identity": [("warn", SECTION), (False, SECTION)],
    "drift": [("warn", SECTION), ({"ks": 0.1}, f"key 'drift.ks' {KNOWN}")],
    "budget_usd": DOLLARS,
    "budget_usd_per_run": DOLLARS,
    "notify": [
        ("a@b.c", SECTION),
        ({}, "notify: give sns_topic_arn, webhook_conn_id or both; to tell nobody leave notify out."),
    ],
    "late_after_hours": [
        ("6", NUMBER), (0, ABOVE_ZERO), (10**9, "Input should be less than or equal to 8784."), (inf, FINITE),
    ],
    "search_after_losses": COUNT,
    "search_again": one_of("tell", "trigger"),
    "score": [
        ("s3://toy-models/new/", SECTION),
        ({}, "key 'score.input' is missing. Add it; docs/models.md explains every key."),
    ],
    "deploy": one_of("none", "endpoint"),
    "endpoint": [("ml.m5.large", SECTION), (True, SECTION)],
    "encryption": [
        ("AES256", "Write its keys below it, for example sse: aws:kms and kms_key: alias/my-key."), (True, SECTION),
        ({}, "key 'encryption.sse' is missing. Add it; docs/models.md explains every key."),
    ],
    "search.role_arn": [
        (5, TEXT), ("AutopilotRetrain", ROLE), ("arn:aws:iam::123:role/x", ROLE),
        ("arn:aws:iam::123456789012:user/x", ROLE), ("arn:aws:iam::123456789012:role/", ROLE),
    ],
    "search.cutoff": [(5, DATE), ("newest", DATE), ("0202-01-01", YEAR), ("3024-01-01", YEAR)],
    "search.problem_type": one_of("Regression", "BinaryClassification", "MulticlassClassification"),
    "search.metric": [
        (5, TEXT),
        ("", BLANK),
        *((name, f"search: metric is {name!r}, {OBJECTIVES}") for name in ("Foo", "F1", "Spearman")),
        ("mse", f"search: metric is 'mse', {OBJECTIVES} Did you mean 'MSE'?"),
    ],
    "search.max_candidates": [
        ("3", WHOLE_NUMBER), (True, WHOLE_NUMBER), (1.5, WHOLE_NUMBER), (0, POSITIVE),
        (751, "Input should be less than or equal to 750."),
    ],
    "search.max_runtime_per_training_seconds": [
        *COUNT,
        (601, ("search: max_runtime_per_training_seconds is 601, more than the 600 of max_runtime_seconds, the whole "
         "search. Correct one of them.")),
    ],
    "search.max_runtime_seconds": COUNT,
    "search.algorithms": [
        ("xgboost", LIST), (["mlp", "mlp"], "Name each entry once; 'mlp' is there twice."),
        (["forest"], "key 'search.algorithms.0' is 'forest'. Input should be 'xgboost', 'linear-learner' or 'mlp'."),
    ],
    "autopilot.job": [
        (5, TEXT),
        *((name, JOB.replace("63", "32")) for name in ("arn:aws:sagemaker:x:1:automl-job/toy", "x" * 33, "a_b", "")),
    ],
    "autopilot.candidate": [(5, TEXT), ("a b", "Write its CandidateName, of 64 characters at most.")],
    "autopilot.transform_job": [(5, TEXT), ("a b", JOB), ("ok", BOTH)],
    "autopilot.training_job": [(5, TEXT), ("x" * 64, JOB), ("ok", BOTH)],
    "autopilot.template": [
        (5, TEXT),
        (" ", BLANK),
        ("s3://toy-models/t.json", ONE),
    ],
    "autopilot.columns": [
        ("y", LIST),
        (["y", "y"], "Name each entry once; 'y' is there twice."),
        (["a"], "autopilot.columns lacks the target 'y'. Add it where it stands in the training data."),
        (["y", "id", "note"], "autopilot.columns holds 'id', 'note', kept from the model as key or by ignore."),
    ],
    "autopilot.labels": [
        ("yes", LIST), (["no", 1], f"key 'autopilot.labels.1' is 1. {TEXT}"),
        (["yes", "yes"], "Name each entry once; 'yes' is there twice."),
        (["yes"], "autopilot: labels has the one class 'yes'. Write all classes, two or more."),
    ],
    "autopilot.searched_until": [(5, DATE), ("lately", DATE), ("0202-01-01", YEAR)],
    "prices.date": [(5, DATE), ("lately", DATE), ("20260-01-01", DATE)],
    **{
        f"prices.{what}": [
            (1.5, TABLE),
            ({"m5.large": 1.0}, f"key 'prices.{what}.m5.large.[key]' is 'm5.large'. {INSTANCE}"),
            ({"ml.m5.large": "1"}, f"key 'prices.{what}.ml.m5.large' is '1'. {NUMBER}"),
            ({"ml.m5.large": -1}, f"key 'prices.{what}.ml.m5.large' is -1. {NOT_NEGATIVE}"),
        ]
        for what in ("training", "transform", "processing")
    },
    "gate.mode": one_of("disabled", "dry_run", "enabled"),
    "gate.judge_on": one_of("sealed", "recent", "both"),
    "gate.rule": one_of("interval", "bound", "non_inferior", "point"),
    "gate.errors": one_of("timeline", "comparison"),
    "gate.confidence": [("0.95", NUMBER), (0.4, "Input should be greater than or equal to 0.5."), (95, BELOW_ONE)],
    "gate.min_relative_change": SHARE,
    "gate.max_relative_loss": SHARE,
    "gate.min_holdout_rows": [("150", WHOLE_NUMBER), (1, "Input should be greater than or equal to 2.")],
    "gate.resamples": [
        ("1000", WHOLE_NUMBER), (10, "Input should be greater than or equal to 1000."),
        (10**12, "Input should be less than or equal to 1000000."),
    ],
    "gate.seed": [("0", WHOLE_NUMBER), (-1, NOT_NEGATIVE)],
    "recent.share": [("0.1", NUMBER), (0, ABOVE_ZERO), (1, BELOW_ONE), (nan, FINITE)],
    "recent.rows": [
        ("200", WHOLE_NUMBER), (1, "Input should be greater than or equal to 2."),
        (10**7, "Input should be less than or equal to 1000000."),
    ],
    "retune.jobs": [
        ("20", WHOLE_NUMBER), (1, "Input should be greater than or equal to 2."),
        (751, "Input should be less than or equal to 750."),
    ],
    "retune.parallel": [
        ("2", WHOLE_NUMBER), (0, POSITIVE), (101, "Input should be less than or equal to 100."),
    ],
    "segments.column": [
        (5, f"key 'segments.0.column' is 5. {TEXT}"), (None, f"key 'segments.0.column' is None. {TEXT}"),
        (" ", f"key 'segments.0.column' is ' '. {BLANK}"),
    ],
    "segments.bands": [
        (value, f"key 'segments.0.bands' is {value!r}. {said}")
        for value, said in (
            ("4", WHOLE_NUMBER), (2.5, WHOLE_NUMBER), (1, "Input should be greater than or equal to 2."),
            (21, "Input should be less than or equal to 20."),
        )
    ],
    "report": [("mol", SECTION), ({"structure": "mol"}, f"key 'report.structure' {KNOWN} Did you mean 'structures'?")],
    "report.structures": [(5, TEXT), (" ", BLANK)],
    "gate.metric": [
        (5, TEXT),
        ("", BLANK),
        ("Foo", f"gate: metric is 'Foo', {JUDGES}"),
        ("Spearman", f"gate: metric is 'Spearman', {JUDGES}"),
        ("Acuracy", f"gate: metric is 'Acuracy', {JUDGES} Did you mean 'Accuracy'?"),
        ("MAE", "gate: state the direction of MAE too: Minimize."),
    ],
    "gate.direction": one_of("Minimize", "Maximize"),
    "decline.then": one_of("tell", "retrain", "search"),
    "decline.schedule": [(5, TEXT), ("hourly", f"It has 1 fields. {CRON}")],
    "decline.least_days": [("7", WHOLE_NUMBER), (0, POSITIVE), (400, "Input should be less than or equal to 366.")],
    **{f"identity.{key}": one_of("refuse", "warn")
       for key in ("same_key", "same_row", "placeholder_keys", "repeated_keys")},
    **{f"identity.{key}": SHARE for key in ("same_row_share", "repeated_share")},
    "drift.fdr": [("0.01", NUMBER), (0, ABOVE_ZERO), (1, BELOW_ONE)],
    "drift.psi": [("0.1", NUMBER), (-1, NOT_NEGATIVE), (inf, FINITE)],
    **{f"drift.{key}": THRESHOLD for key in ("missing", "outside", "apart", "widespread", "displaced")},
    **{
        f"drift.on_{key}": one_of("off", "warn", "block")
        for key in (
            "feature", "target", "missing", "outside", "emptied", "new_label", "apart", "widespread", "displaced",
            "far_target", "far_feature", "echo",
        )
    },
    "notify.sns_topic_arn": [(5, TEXT), ("toy", TOPIC), ("arn:aws:sqs:eu-west-1:123456789012:toy", TOPIC)],
    "notify.webhook_conn_id": [
        (5, TEXT), ("https://hooks.example.com/x", "Write the id of a connection in Airflow, which holds the address."),
    ],
    "score.input": [(5, TEXT), ("rows.csv", f"'rows.csv' {ADDRESS}"), ("s3://New/rows/", BUCKET)],
    "score.schedule": [(5, TEXT), ("hourly", f"It has 1 fields. {CRON}")],
    "score.on_new_champion": [("yes", SWITCH), (1, SWITCH)],
    "endpoint.instance_type": [(5, TEXT), ("m5.large", INSTANCE), ("ml.m5", INSTANCE)],
    "endpoint.instance_count": COUNT,
    "encryption.sse": [(256, "Input should be 'AES256' or 'aws:kms'."),
                       ("aws:kms:dsse", "Input should be 'AES256' or 'aws:kms'.")],
    "encryption.kms_key": [(12345, TEXT), ("", KMS), ("my key", KMS)],
    "encryption.bucket_key": [("yes", SWITCH), (1, SWITCH)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [(key, *row) for key, rows in WRONG.items() for row in rows],
    ids=lambda part: f"{part}"[:60],
)
def test_a_wrong_value_is_refused(key: str, value: Any, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        changed(WHOLE, {key: value})
    lines = [f"toy.yaml: {line}" for line in said.splitlines()]
    assert str(refused.value) in (f"toy.yaml: key {key!r} is {value!r}. {said}", "\n".join(lines))


def test_no_key_is_left_out() -> None:
    assert set(WRONG) == keys()
    assert all(len(rows) > 1 for rows in WRONG.values())
