"""A judged set as documents: ``session.json`` and ``angles.csv``, to and from a `Session` without loss."""
