"""Workers near the sites: a hub with a NATS JetStream broker, and workers that connect outwards.

A site is an account of the broker. Its workers see their own site's tasks and nothing else; see
docs/adr/0024-cluster-engine.md and docs/adr/0025-cluster-isolation.md.
"""
