"""Simulated fleet of IOS-XE switches: state, screens, scenarios, shell and server.

It shares no code with the parsers, so that both cannot be wrong in the same way.
"""
