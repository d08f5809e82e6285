"""The Socket.IO gateway: typed events in, acknowledgements and events out. It knows no capability."""

from server.infra.limits import Rate
from server.transport.gateway.connection import Connection
from server.transport.gateway.frames import encode_event
from server.transport.gateway.gateway import Gateway
from server.transport.gateway.limits import Limits
from server.transport.gateway.registry import Answer, EventHandler, Registry

__all__ = ["Answer", "Connection", "EventHandler", "Gateway", "Limits", "Rate", "Registry", "encode_event"]
