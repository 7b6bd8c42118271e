"""Encode, solve, certify, explain. Pure: no I/O."""
