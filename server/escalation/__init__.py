"""Cases, deadlines, who is on call."""
