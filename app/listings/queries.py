"""Reads of reviews of listings."""
