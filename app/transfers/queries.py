"""Reads of import runs."""
