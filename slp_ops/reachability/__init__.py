"""Reachability of the licence server from a switch: the probes, and the meaning of their results.

Pure: ``plan`` derives targets and path from facts, ``verdict`` judges the answers, ``texts`` holds the
sentences of the verdict. Sending the probes is the work of the use case.
"""
