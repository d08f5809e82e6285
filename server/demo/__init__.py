"""A demonstration association: people of each role, pairs with a history, a held message, a planned session."""
