"""The judges that tests may call by name."""

from tests.oracles.fedify.judge import fedify

__all__ = ["fedify"]
