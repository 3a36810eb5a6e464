"""The pages that people open: Streamlit over one published version of the warehouse.

Belongs here: asking what is published, and showing it in Swedish. Does not belong here: computing
anything. A figure that a page needs and no mart holds is added to a mart.
"""
