"""BACE-1 inhibitors: where the table comes from, how it is cut into dated drops, and how the drops reach S3."""
