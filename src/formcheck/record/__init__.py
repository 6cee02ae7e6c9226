"""The practice record: what is kept of each set, for how long, and how to take it along. The only SQL."""
