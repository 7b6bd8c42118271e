"""From a selection to the build graph."""
