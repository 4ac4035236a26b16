"""Misbehaviour on request, for tests: throttling, lost replies, missing capacity, spot interruptions.

The endpoint must have been started with ``--faults``; :class:`Faults` then tells it what to do wrong.
"""

from __future__ import annotations

from include.local_aws.faults.client import Faults, FaultsRefused

__all__ = ["Faults", "FaultsRefused"]
