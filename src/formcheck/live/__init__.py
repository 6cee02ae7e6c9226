"""Live practice in front of a camera: capture, online judgement, coaching by voice and screen, journal, results."""
