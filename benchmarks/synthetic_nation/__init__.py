"""Fact files of a whole country, with known truth, for measuring how the warehouse grows.

    python -m benchmarks.synthetic_nation --size nation --out DIR

Belongs here: facts as a delivery brings them (Parquet beside rapporter.csv), where every identity
holds except those that `plant` breaks. Does not belong here: documents (`synthetic_reports`), or
measuring (`benchmarks.nation`).

`books` keeps the accounts, `template` prints them as facts, `plant` spoils some, `delivery`
writes files. Everything is arrays over förbund × years; the same seed gives the same bytes.
"""

from .books import Books, keep_books
from .delivery import Delivery, Size, deliver, deliver_next
from .plant import PLANTS, Plant

__all__ = ["PLANTS", "Books", "Delivery", "Plant", "Size", "deliver", "deliver_next", "keep_books"]
