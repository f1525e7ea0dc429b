"""How the YAML of rules is read: ours and the operator's in one way, every problem with file, line, key.

Nothing in the files is an expression: an advisory knows releases, a message knows a mnemonic and a
pattern. Anything cleverer is a rule of ten lines in Python.
"""
