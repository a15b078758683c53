"""What organizations and people object to: appeals against decisions, and reports of abuse."""
