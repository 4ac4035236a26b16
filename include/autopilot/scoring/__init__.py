"""The champion's predictions of new rows, and where predictions come from."""
