"""The quarantine that people work: list, export, mend, give back."""
