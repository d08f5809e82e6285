"""Packets in, packets out. Knows nothing of people, the database or Socket.IO."""
