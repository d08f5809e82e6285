"""``python -m server`` is the ``binome`` command."""

import sys

from server.cli import main

sys.exit(main())
