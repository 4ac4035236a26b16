"""What an Autopilot job left: its descriptions, recorded or live, read and told."""

__all__ = [
    "artifacts",
    "automlsurvey",
    "containers",
    "contract",
    "descriptions",
    "images",
    "inference",
    "objective",
    "printed",
    "recorded",
    "searchtime",
    "stated",
    "steps",
    "stepsurvey",
    "survey",
    "tags",
    "winner",
]
