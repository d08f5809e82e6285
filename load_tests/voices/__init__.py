"""How many voices a media worker forwards, how long they stay in it, and what a participant costs."""
