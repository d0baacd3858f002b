"""Lookup and store: what a hit is and how a miss becomes one."""
