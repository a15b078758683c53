"""Reads of saved searches."""
