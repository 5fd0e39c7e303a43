"""What `doctor` can say of a matter: it is well, the operator should know, or it does not work."""

from dataclasses import dataclass

from fedicoop.errors import Problem


@dataclass(frozen=True, slots=True)
class Finding:
    """✓ with what is well, or ! or ✗ with the problem that it is."""

    label: str
    mark: str
    text: str = ""
    problem: Problem | None = None


def fine(label: str, text: str) -> Finding:
    return Finding(label, "✓", text)


def mind(label: str, key: str, **values: str) -> Finding:
    """Works, but the operator should know.  `key` is a problem's."""
    return Finding(label, "!", problem=Problem(key, **values))


def wrong(label: str, key: str, **values: str) -> Finding:
    """Does not work."""
    return Finding(label, "✗", problem=Problem(key, **values))
