"""What an Autopilot job left: its descriptions, recorded or live, read and told."""
