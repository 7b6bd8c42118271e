"""What an application needs, found or stated."""
