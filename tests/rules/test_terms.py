"""``explain`` knows the words that the licensing pages print and that people use."""

from __future__ import annotations

from collections import Counter

import pytest

from slp_ops.app.explain import ExplainRequest, run
from slp_ops.errors import OptionError
from slp_ops.i18n import Lang
from slp_ops.rules.loading import known_terms
from slp_ops.rules.message_catalog import term_key


@pytest.mark.parametrize(
    ("words", "id_"),
    [
        ("SA", "smart-account"),
        ("VA", "virtual-account"),
        ("PI", "product-instance"),
        ("UDI", "UDI"),
        ("SLR", "SLR"),
        ("PLR", "PLR"),
        ("PAK", "PAK"),
        ("IN USE", "IN-USE"),
        ("Status: IN USE", "IN-USE"),
        ("OUT OF COMPLIANCE", "OUT-OF-COMPLIANCE"),
        ("eval mode", "EVAL-MODE"),
        ("EVAL EXPIRED", "EVAL-EXPIRED"),
        ("AUTHORIZED - RESERVED", "AUTHORIZED-RESERVED"),
        ("REGISTERED - SPECIFIC LICENSE RESERVATION", "SLR"),
        ("UNREGISTERED - REGISTRATION FAILED", "REGISTRATION-FAILED"),
        ("Next ACK deadline", "next-ack-deadline"),
        ("  Next ACK deadline: Mar 30 10:00:00 2025 GMT", "next-ack-deadline"),
        ("Reporting push interval: 30  days", "push-interval"),
        ("0 (no reporting)", "no-reporting"),
        ("Trust Code Installed", "trust-code"),
        ("SLAC", "export"),
        ("HSECK9", "export"),
        ("write erase", "write-erase"),
        ("factory reset", "factory-reset-command"),
        ("Max. Number of Uses", "max-number-of-uses"),
        ("poll id", "usage-reporting-exchange"),
        ("ciscoConfigManEvent", "ciscoConfigManEvent"),
        ("ERR 207 : Connection time out", "ERR-207"),
        ("(ERR 218 : Host name resolution failed)", "ERR-218"),
        ("認可コード", "export"),
        ("スマートアカウント", "smart-account"),
        ("信頼コード", "trust-code"),
        ("> OUT OF\n> COMPLIANCE", "OUT-OF-COMPLIANCE"),
        ("what is a RUM report?", "RUM"),
        ("acc-1#licence smart sync all", "sync"),
        ("Status: NOT INSTALLED", "not-installed"),
        ("Is it normal that Last ACK received is <none>?", "last-ack"),
        ("信頼コードとは何ですか", "trust-code"),
        ("network-essentials      (C9200-48 Network Essen...)       1 IN USE", "IN-USE"),
        ("Smart Licensing Status: Registration Not Applicable/Not Applicable", "registration-not-applicable"),
    ],
)
def test_a_word_as_it_is_printed_or_typed(words: str, id_: str) -> None:
    term = next(each for each in known_terms() if each.id == id_)

    found = run(ExplainRequest(words=words))

    assert found.title == term.title
    assert found.meaning == term.meaning
    assert [rule.id for rule in found.rules] == list(term.see)


@pytest.mark.parametrize(
    ("bug", "advisory"),
    [
        ("CSCvx00521", "FN72323"),
        ("CSCvv72609", "FN72578"),
        ("CSCwa85525", "FN72578"),
        ("cscwa85199", "FN72578"),
    ],
)
def test_a_bug_of_an_advisory(bug: str, advisory: str) -> None:
    found = run(ExplainRequest(words=bug))

    assert [rule.id for rule in found.rules] == [advisory]
    for lang in Lang:
        assert advisory in found.title.render(lang)
        assert bug in found.title.render(lang)


@pytest.mark.parametrize(
    ("words", "near"),
    [
        ("domain-lokup-disabled", "domain-lookup-disabled"),
        ("Virtual Acount", "Virtual Account"),
        ("OUT OF COMPLIENCE", "OUT OF COMPLIANCE"),
        ("CSCwa85515", "CSCwa85525"),
    ],
)
def test_a_near_miss_is_suggested(words: str, near: str) -> None:
    with pytest.raises(OptionError, match=f"did you mean {near}"):
        run(ExplainRequest(words=words))


def test_each_spelling_has_one_meaning() -> None:
    spellings = Counter(key for term in known_terms() for key in {term_key(name) for name in term.names})

    assert [key for key, count in spellings.items() if count > 1] == []


def test_each_term_has_both_languages() -> None:
    for term in known_terms():
        for text in (term.title, term.meaning):
            assert text.render(Lang.EN).strip()
            assert text.render(Lang.JA).strip()
