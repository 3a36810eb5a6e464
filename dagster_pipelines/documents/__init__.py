"""From documents in landing/ to fact files that the loader takes like any other.

Belongs here: which documents there are, the cache of their readings, which reading stands, a
person's decisions on doubtful figures, and the delivery to the loader. Does not belong here:
reading a document (`extraction`) or loading facts (`facts`).
"""
