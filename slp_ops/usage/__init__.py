"""The offline exchange, without I/O: usage report files, CSSM's answers, and the plans that move them.

``rumfile`` and ``ackfile`` read files, ``matching`` tells which answer is for which switch, ``saving`` and
``importing`` make plans for the engine of changes, ``status`` lists what is still to be exchanged.
"""
