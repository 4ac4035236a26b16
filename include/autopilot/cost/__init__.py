"""What runs cost, and budgets."""

__all__ = ["billing", "budget", "spending"]
