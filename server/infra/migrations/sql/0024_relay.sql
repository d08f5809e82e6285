-- What leaves the house: bundles, drafts, relays, and the second pair of eyes.
SELECT 1;
