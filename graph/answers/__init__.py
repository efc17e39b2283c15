"""Answers to questions in words: by structured queries, and by sentences of the documents."""
