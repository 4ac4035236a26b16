"""Objects in S3: read, written, changed conditionally, encrypted, remembered in bundles."""

__all__ = ["archive", "bundle", "changed", "conditional", "encryption", "jobrecords", "objects", "reader", "writer"]
