"""Changing one switch: its session, the steps of its plan, verification, rollback."""
