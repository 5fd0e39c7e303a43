"""The judges that tests may call by name."""

from tests.oracles.fedify.judge import fedify
from tests.oracles.pasture.judge import pasture

__all__ = ["fedify", "pasture"]
