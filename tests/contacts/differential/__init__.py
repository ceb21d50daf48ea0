"""Our answers held against the libraries' own, over made inputs: short forms run with the tests, long ones by ``make diff``."""
