"""Files as batches of text: what a file is, and its records, whatever its format."""
