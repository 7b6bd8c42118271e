"""Pinned third-party sources: fetched, verified, unpacked and patched in the user's cache.

A stage that compiles third-party code calls `unilith.upstream.tree.source_tree`; it returns at
once when the tree is in the cache already, and does the rest otherwise.
"""
