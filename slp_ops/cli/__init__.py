"""The command line: one thin file per verb, its options, the exit codes and the one catch-all.

To add a verb, add one module with a click command named ``command`` and one line in ``main.VERBS``.
"""
