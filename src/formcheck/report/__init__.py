"""One clip explained: the page to look at and the data to compute with."""
