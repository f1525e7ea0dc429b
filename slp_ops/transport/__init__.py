"""Transports: ``dialogue`` drives IOS-XE and does no I/O, the adapters move bytes.

To add a transport, add one module that opens a channel and drives the dialogue's procedures, and
one line in ``make``; ``tests/transport/test_contract.py`` runs every transport through the same cases.
"""
