"""The media engine in processes of its own: calls never wait for chat, and a fault of one ends nothing of the other."""
