"""What the sources offer: places, archives, object storage, and what lay where when the intake last looked."""
