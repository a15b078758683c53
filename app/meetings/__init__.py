"""Meetings between introduced organizations: times offered in both zones, invitations, and who sits out of hours."""
