"""The review of listings: submit, comment, resubmit."""
