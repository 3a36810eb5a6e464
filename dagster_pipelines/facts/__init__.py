"""Facts on their way into the warehouse: read a file, hold it to the contract, load it.

Belongs here: `kontrakt/` (the contract as data), `reader` (files into frames of text),
`validate` (frames into accepted and rejected rows), `loader` (rows into the raw schema).
Does not belong here: reading report documents (`extraction`) and everything after raw (dbt).
"""
