"""The two models of one featurizer artifact, which must never be confused.

Training data goes through the one without ``AUTOML_TRANSFORM_MODE``: it passes the target on as the label. With it the
same artifact takes every column for a feature, the target too, and says nothing: the training would see the answer.
"""

from __future__ import annotations

from include.autopilot.base.errors import TemplateError
from include.autopilot.base.lenient import text_at
from include.autopilot.candidate.artifacts import featurizer_container
from include.autopilot.candidate.containers import MODE
from include.autopilot.candidate.descriptions import Description


def check_featurizer(model: Description, what: str) -> None:
    """Refuse a model that would make a feature of the target.

    :param model: the CreateModel request, or the description, of what training data is to be featurized with.
    :param what: what to call it, for the message.
    :raises TemplateError: it has the mode set.
    """
    mode = text_at(featurizer_container(model), "Environment", MODE)
    if mode is not None:
        raise TemplateError(
            f"{what} has {MODE}={mode}: it would pass the target on as the first feature, without a label and without "
            f"any error. Featurize with the same artifact in a model without {MODE}: search again, or take the "
            "candidate over again."
        )
