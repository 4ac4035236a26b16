"""Whether new drops still look like what the search saw."""

__all__ = ["baseline", "baselinedrops", "check", "echo", "reported", "searchlook", "shape"]
