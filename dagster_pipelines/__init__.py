"""Orchestration of the warehouse: from landing file to published DuckDB file.

Belongs here: settings, the fact contract and its loader (`facts`), the reading
of documents (`extraction`), Dagster definitions (`assets`, `definitions`), the
publishing step and the command line (`cli`). Does not belong here: accounting
logic, which lives in dbt (`models/`, `macros/`), and guards (`expectations/`).
"""
