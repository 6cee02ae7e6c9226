"""The exercise as data: model, loader, built-in files. All thresholds live here, each with its source."""
