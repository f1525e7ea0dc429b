"""Text knowledge of IOS-XE, each piece once: what it prints around output, and what it calls things.

Transport, parsers, rules, probes, inventory and parameters share these modules. They contain patterns,
predicates and defaults only: no I/O, no facts, no decisions. ``lab`` does not import them, so that a wrong
pattern fails the tests against the lab.
"""
