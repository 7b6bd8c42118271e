"""Initrd, disks, packaging, bill of materials."""
