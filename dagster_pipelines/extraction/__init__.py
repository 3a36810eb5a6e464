"""Reading report documents: from PDF or text to facts that can be trusted.

Belongs here: everything between a document and rows of the fact contract. Does not belong here:
loading facts into the warehouse (`facts`) or orchestration (`assets`).

The way of a document: `document` (pages to text) → `source` (lines) → `identity` (which report) →
`scattered` (`charts`, `courses`, `categories`: what no row holds together) → `sections` (headings,
tables, running text) → `tables`, `numbers`, `columns` (every reading of every row) → `identities`,
`solve` (the reading in which the report's sums hold) → `statements` and `prose` with `meanings`,
`wording`, `when`, `context` (facts) → `counts` (what participants' sums vouch for) → `extract`.
"""

from .document import extract_document
from .extract import EXTRACTOR_VERSION, Extraction, extract_text

__all__ = ["EXTRACTOR_VERSION", "Extraction", "extract_document", "extract_text"]
