"""Conflicts of interest: which organizations' cases a manager may know nothing of."""
