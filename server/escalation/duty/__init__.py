"""Who is on call, when the office is open, whom to go up to, and what happens while nobody is there."""
