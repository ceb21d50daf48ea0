"""When and how it runs: Dagster's definitions, jobs, schedules, sensors, resources, and the command line."""
