"""Signs of a swindle in what somebody writes, as the oldest tricks of small ads have them.  Pure.

They refuse nothing: whoever reads, and has little experience here, is told what to beware of.
"""

import re

from fedicoop.words.folding import fold

NEWCOMER = 3
"""Exchanges that went well, from which on somebody is known here."""

_SIGNS = {
    "payment": re.compile(
        r"western\s*union|moneygram|mandat\s*cash|paypal|bitcoin|\bcrypto|\biban\b|\bfr\d\d(\s?[0-9a-z]{4}){3}"
        r"|(lien|page)\s*de\s*paiement|payment\s*link|wire\s*transfer|carte\s*bancaire|credit\s*card"
        r"|\bacompte\b|frais\s*de\s*(port|livraison)|delivery\s*fee|shipping\s*fee"
    ),
    "gift_card": re.compile(
        r"cartes?\s*(cadeau|itunes|google\s*play|amazon)|gift\s*card|transcash|neosurf|paysafe"
        r"|(coupon|recharge|ticket)s?\s*(pcs|premium)|\bpcs\b"
    ),
    "elsewhere": re.compile(
        r"whats\s*app|\btelegram\b|\bt\.me/|\bwa\.me/|\b(sur|via|on|par)\s+(signal|snap|messenger|viber)\b"
        r"|\bwechat\b|bit\.ly|tinyurl|\bgoo\.gl|cutt\.ly"
    ),
    "code": re.compile(
        r"code\s*(de\s*)?(verification|confirmation|securite|sms|recu)|verification\s*code|security\s*code"
        r"|mot\s*de\s*passe|\bpassword\b"
    ),
}


def signs(text: str) -> list[str]:
    """What this text has of a swindle, as the ends of the keys `exchange.beware.…`."""
    plain = " ".join(fold(text).split())
    return [sign for sign, pattern in _SIGNS.items() if pattern.search(plain)]
