"""Signing in and out, and what proves who is asking from then on."""
