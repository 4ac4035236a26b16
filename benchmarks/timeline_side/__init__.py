"""What the benchmark of the timeline needs."""
