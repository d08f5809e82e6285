"""Puts the capabilities together: a file each, in which its parts are built once and handed what they need."""

from server.compose.capabilities import Capabilities
from server.compose.rooms import Rooms

__all__ = ["Capabilities", "Rooms"]
