"""Manifests and Kconfig files: schema, discovery, cross-checks."""
