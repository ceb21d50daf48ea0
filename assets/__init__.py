"""What exists: one module a stage, one asset a table. Assets open nothing and compute nothing themselves."""
