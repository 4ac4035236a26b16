from __future__ import annotations

from include.local_aws.search.candidates import no_winner


def test_how_candidates_ended_is_told() -> None:
    late = {"TrainingJobStatus": "Stopped", "SecondaryStatus": "MaxRuntimeExceeded"}
    others = [{"TrainingJobStatus": status, "SecondaryStatus": status} for status in ("Failed", "Stopped", "Completed")]
    assert no_winner([late, late, *others], 5) == (
        "No candidate finished successfully: 2 stopped after MaxRuntimePerTrainingJobInSeconds (5), "
        "1 failed (see the FailureReason of the candidates), 1 stopped, 1 completed without the objective metric."
    )
    assert no_winner([], 5) == "No candidate finished successfully."
