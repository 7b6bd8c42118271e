"""The catalog as an ordinary Kconfig tree."""
