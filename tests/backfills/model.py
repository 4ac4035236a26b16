"""The model whose drops start a run; its name is its DAG's."""

from __future__ import annotations

from dataclasses import replace

from include.autopilot.settings.config import load_models

MODEL = replace(
    next(model for model in load_models() if model.name == "bace"),
    name="heard",
    root="s3://heard-drops/heard",
    trigger="both",
    drops_queue_url="https://sqs.us-east-1.amazonaws.com/123456789012/heard-drops",
)
