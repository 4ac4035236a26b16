"""What runs cost, budgets and messages."""

__all__ = ["billing", "budget", "messages", "spending"]
