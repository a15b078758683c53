"""Reads of organizations."""
