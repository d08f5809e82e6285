"""Text in, decision out, and the queue of what a professional must see."""
