"""What `make bench NAME=backfill` is made of: a made-up world, and one run in it."""
