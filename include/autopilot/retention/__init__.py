"""What of a model nobody needs any more: listed, and removed on request."""
