"""What runs cost, budgets and messages."""
