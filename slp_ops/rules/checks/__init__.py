"""Checks: rules in Python, one module per group. Every ``Rule`` in a module here is discovered automatically.

To add one, write a function below ``@rule(...)`` in the module of its group, its texts in the YAML file
beside that module, and its cases in ``tests/rules/cases``: a rule without pass, fail and unknown cases fails
the tests.
"""
