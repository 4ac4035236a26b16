"""What the benchmark of segments needs."""
