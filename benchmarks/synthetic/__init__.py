"""Rendered clips and stills of a lying person who does the sciatic nerve glide, with exact truth (see README.md)."""
