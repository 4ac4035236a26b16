"""What is sent to SageMaker: made from the template, checked and foretold."""

__all__ = [
    "dryrun",
    "encrypted",
    "estimate",
    "origin",
    "preflight",
    "preview",
    "refit",
    "replay",
    "retune",
    "retuned",
    "searchagain",
    "searchrequest",
    "searchrows",
    "warmstart",
]
