"""The requests derived from a candidate, as SageMaker would take them."""

__all__ = ["localstorage", "outline", "problem", "projection", "published", "survey", "validation"]
