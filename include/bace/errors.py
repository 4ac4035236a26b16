"""What can go wrong with the BACE data."""


class BaceError(Exception):
    """The BACE data cannot be read, cut or put into S3; the message names the thing and the fix."""
