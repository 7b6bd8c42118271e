"""Unilith composes the smallest operating system that runs an application."""

__version__ = "0.1.0"
