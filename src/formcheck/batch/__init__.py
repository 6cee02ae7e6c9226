"""Many clips: worker processes on this machine, or a Dask cluster."""
