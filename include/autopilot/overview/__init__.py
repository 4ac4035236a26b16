"""What people look at between runs, read from what runs left in S3: all models, one model, one run."""

__all__ = ["course", "driftmap", "earlier", "glance", "legible", "offers", "rowwise", "told", "underway"]
