"""The same work on many devices: how many at once, how fast they start, when to stop trying."""
