"""What is drawn on frames: one set of parts for annotated clips, thumbnails and live practice."""
