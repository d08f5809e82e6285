"""Who agreed to what for a young person: the ledger, the law's rules on it, and guardians."""
