"""One runner per platform kind."""
