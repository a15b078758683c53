"""The REST API: thin, over services and queries of the features below. See docs/decisions/0018."""
