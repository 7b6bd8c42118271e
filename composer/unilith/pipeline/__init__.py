"""The stages in order: from a request to a built image."""
