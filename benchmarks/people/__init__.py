"""Matching side by side with Splink: accuracy, calibration, CPU seconds and peak memory against known truth."""
