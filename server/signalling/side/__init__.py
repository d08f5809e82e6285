"""The side web socket of a part in a call: voices where UDP and ICE-TCP are blocked, and still pictures."""
