"""How good a model is, for people and programs."""
