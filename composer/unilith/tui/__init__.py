"""The menu that thinks along."""
