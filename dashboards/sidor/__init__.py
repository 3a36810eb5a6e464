"""The six pages, one module each.

Belongs here: what a page says and in which order. Does not belong here: SQL (`queries`), HTML
(`html`), the writing of numbers (`format`) or charts (`charts`).
"""
