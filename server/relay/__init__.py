"""What leaves the house about a case: bundles, drafts, relays, the second pair of eyes; and proof of what left."""
