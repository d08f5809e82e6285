"""Who exists, how they come and sign in, what they agreed to, and what proves who is asking."""
