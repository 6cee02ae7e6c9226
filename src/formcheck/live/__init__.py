"""Practice in front of a camera: capture, judgement as it happens, voice, picture, and what is kept."""
