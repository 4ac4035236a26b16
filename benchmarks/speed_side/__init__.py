"""What `make bench NAME=speed` asks with."""
