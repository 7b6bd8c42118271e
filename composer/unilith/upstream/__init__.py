"""Pinned third-party sources: fetch, verify, patch, unpack."""
