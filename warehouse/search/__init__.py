"""Search over the program texts: analysis, passages, embedders, index versions, ranking.

Refresh and queries use the same code for all of it, so that a query's words and an indexed
text's words cannot be made in two ways.
"""
