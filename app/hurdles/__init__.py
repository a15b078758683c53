"""Hurdles that stood in the way of pairs: what organizations met, and what is published of it."""
