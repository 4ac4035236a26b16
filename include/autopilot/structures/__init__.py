"""Structures of chemistry, for a model that says which column has them: pictures of SMILES."""

__all__ = ["drawing"]
