"""What tests of the pipeline share."""

from tests.unit.pipeline.small_world import world

__all__ = ["world"]
