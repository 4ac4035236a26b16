"""Whether new drops still look like what the search saw."""
