"""`python -m fedicoop`: the same as `fedicoop`."""

import sys

from fedicoop.cli import main

sys.exit(main())
