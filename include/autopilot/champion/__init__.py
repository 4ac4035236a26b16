"""The Model Registry, the champion, its ledger, and how it changes."""
