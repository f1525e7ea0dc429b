"""Terminal renderers: one module per kind of result; each returns text with ANSI styles.

The renderers lay out what the results and views hold; they sort, count and judge nothing.
"""
