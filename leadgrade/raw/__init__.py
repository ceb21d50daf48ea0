"""Intake: files as they came, rows under canonical names, refused rows with their reason."""
