"""JSON documents of ``--json``: one module per verb, with its document and the function that fills it.

A document is typed and complete before it becomes text; its JSON Schema in the documentation is derived
from the same types. Keys may be added under the same schema id; none is renamed or removed.
"""
