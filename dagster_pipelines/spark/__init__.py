"""The same models on Spark, for data that one machine is too small for.

    raw layer in DuckDB -> Parquet (`raw`) -> dbt's models on Spark (`build`) -> Parquet tables
    Parquet tables -> the build database (`take_in`) -> guards, publication, pages as ever

Belongs here: what Spark needs besides dbt's target `spark` (profiles.yml) and the dispatched macros
(macros/engine.sql, macros/spark.sql), and holding its tables against DuckDB's (`parity`). Does not
belong here: models, guards or publication, which know nothing of engines.

Needs the dependency group `spark` and Java 17. Nothing is fetched at run time: plain Parquet, a
catalog in memory, no packages.
"""
