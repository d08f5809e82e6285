"""The bad-network laboratory: a real Chromium in a network namespace behind a shaped link."""
