"""The guard: Great Expectations suites for incoming facts and finished marts."""
