"""How people are reached when they are not in front of the page: by which channels, when, and what became of it.

Whoever has something to tell says so in its own transaction (``queueing.py``); the courier sends it after the commit.
What goes out names nobody and tells nothing: that something waits, and where.
"""
