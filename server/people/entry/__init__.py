"""Coming in with what staff gave: invitations, codes, links, and the devices that they bind."""
