"""How soon what is serious reaches a professional, and whether it does in a bad night."""
