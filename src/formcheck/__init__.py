"""Checks the form of the supine sciatic nerve glide from an ordinary camera."""
