"""leadgrade grades sales leads and shows why. Usable alone; imports neither Dagster nor the pipeline."""

__version__ = "0.1.0"
