"""Reads of digests."""
