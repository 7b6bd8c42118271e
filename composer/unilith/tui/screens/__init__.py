"""The screens of menuconfig: thin, all that they know comes from the model."""
