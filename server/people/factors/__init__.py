"""Second factors (one-time codes, recovery codes, passkeys) and the devices that a person signed in from."""
