"""Rules: facts in, verdicts out. No I/O except the packaged YAML, read in ``loading``.

    knowledge.ours()              every rule, ours; with_operators(...) adds an operator's
    needs.Known(facts, settings)  everything known about one device
    engine.audit(rules, known)    one Outcome per rule, each consequence with its root cause

To add a field notice or a bug, add a YAML file to ``data/advisories`` with releases that it affects and
does not; a syslog message is an entry in ``data/messages.yaml`` with a sample; a check is a function in
``checks``. All of them become the same ``Rule``. Their texts are YAML in both languages, see ``texts``.
"""
