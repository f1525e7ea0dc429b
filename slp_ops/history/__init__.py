"""From pictures to a film: what a run says of a switch in a few values, and what became of them over time.

    summary     one switch in one run: the values that are followed, and what was found
    trend       many summaries: per site and day, and which switches' reports grow
    changes     what a run brought, seen against all before it: for watch
    fields      the facts of two runs, field by field
    config      the configuration lines of two runs; masks are compared and not shown

Pure: values in, values out. Where summaries are kept is the business of ``store.history``.
"""
