"""Accounts of a switch in CSSM: what it shows itself, or else what the inventory gives. Never a guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.facts import Accounts
from slp_ops.i18n import Text
from slp_ops.rules.settings import Intent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.rules.dependencies import FactContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Smart Account and Virtual Account, by their names; "" for one that is unknown."""

    smart: str = ""
    virtual: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> Account:
        """Build from the fields of a plan."""
        return cls(smart=params.get("smart_account", ""), virtual=params.get("virtual_account", ""))

    @property
    def params(self) -> dict[str, str]:
        """Return the fields for a plan."""
        found = {"smart_account": self.smart, "virtual_account": self.virtual}
        return {name: value for name, value in found.items() if value}

    @property
    def lacking(self) -> Text | None:
        """Return what is unknown of it; None for a complete one."""
        if self.smart and self.virtual:
            return None
        return _NO_VIRTUAL.format(account=self.smart) if self.smart else _NO_SMART


UNKNOWN: Final = Account()


def account_of(known: FactContext, intent: Mapping[str, object]) -> Account:
    """Return the account that a switch shows, completed by its ``intent``."""
    shown, wanted = known.get(Accounts), Intent.of(intent)
    smart = "" if shown is None else _name(shown.smart)
    virtual = "" if shown is None else _name(shown.virtual)
    given = _name(wanted.smart_account)
    if not smart:
        return Account(smart=given, virtual=_name(wanted.virtual_account) if given else "")
    if not virtual and given in ("", smart):
        virtual = _name(wanted.virtual_account)
    return Account(smart=smart, virtual=virtual)


def _name(text: str | None) -> str:
    """Return a name that fits into a line of a manifest, else ""."""
    return text if text and text.isprintable() and text == text.strip() else ""


_NO_SMART: Final = Text(
    "it shows no Smart Account, and intent sets none: set intent.smart_account and intent.virtual_account",
    "スマートアカウントの表示がなく、intent にもありません。"
    "intent.smart_account と intent.virtual_account を設定してください",
)
_NO_VIRTUAL: Final = Text(
    "its Virtual Account in {account} is unknown: set intent.virtual_account",
    "{account} 内のバーチャルアカウントが不明です。intent.virtual_account を設定してください",
)
