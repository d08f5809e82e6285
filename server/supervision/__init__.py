"""Live supervision: who is in which call, and what a professional may do about it, in full view (promise 4)."""
