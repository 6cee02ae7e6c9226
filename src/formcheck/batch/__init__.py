"""Analyse many clips: in worker processes on this machine, or on a Dask cluster."""
