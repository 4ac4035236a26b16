"""Hyperparameter tuning jobs: what their requests may say, what is tried next, and how the training jobs are run."""
