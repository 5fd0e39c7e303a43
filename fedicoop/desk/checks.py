"""The health of the house, as its own pages tell it; `doctor` looks at more, and takes its time."""

from fedicoop.desk import checks_house, checks_machine
from fedicoop.desk.findings import Finding
from fedicoop.node import Node


async def examine(node: Node, language: str) -> list[Finding]:
    """All that can be looked at within a moment and without asking anybody outside, the worst first."""
    found = [one for check in checks_machine.CHECKS for one in check(node.settings, language)]
    for ask in checks_house.QUICK:
        found += await ask(node, language)
    return sorted(found, key=lambda one: "✗!✓".index(one.mark))
