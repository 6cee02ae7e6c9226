"""Reading clips with the true times of their frames, and writing video with given times."""
