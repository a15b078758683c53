"""The review desk: cases of every kind wait in one queue, are decided, looked at together, released and undone."""
