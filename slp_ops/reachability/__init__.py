"""What to try from a switch to learn whether it reaches its licence server, and what the answers mean.

Pure: ``plan`` derives targets and path from facts, ``verdict`` judges the answers, ``texts`` holds the
sentences of the verdict. Sending the probes is the work of the use case.
"""
