"""What tests of the command line share: a world small enough to build in."""

from tests.unit.pipeline.small_world import world

__all__ = ["world"]
