"""The directory: free text, facets with counts, saved searches, the map."""
