"""History: a few values of each switch in each run, and their changes over time.

    summary     one switch in one run: the tracked values, and the findings
    trend       many summaries: per site and day, and which switches' reports grow
    changes     the differences of a run from all earlier ones: for watch
    fields      the facts of two runs, field by field
    config      the configuration lines of two runs; masks are compared and not shown

Pure: values in, values out. ``store.history`` stores the summaries.
"""
