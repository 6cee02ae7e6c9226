"""What was filmed: clips with their true times, and annotated video written with them."""
