"""Checks that stand between the steps; dbt's own tests come with `assets/transform.py`."""
