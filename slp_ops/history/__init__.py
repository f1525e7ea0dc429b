"""From pictures to a film: what a run says of a switch in a few values, and what became of them over time.

    summary     one switch in one run: the values that are followed, and what was found
    trend       many summaries: per site and day, and which switches' reports grow
    standing    what is found now, run by run, so that a run that could not tell changes nothing
    findings    outcomes of two runs: new, gone, unchanged
    fields      facts of two runs, field by field
    config      configuration lines of two runs, masks compared and not shown

Pure: values in, values out. Where summaries are kept is the business of ``store.history``.
"""
