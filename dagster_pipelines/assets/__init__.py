"""Software-defined assets: what exists in the warehouse, and the step that makes it.

One module per step: `ingest` (files to raw), `transform` (raw to marts, by dbt) and `publish`.
"""
