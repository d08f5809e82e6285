"""The numbers to call for help: those that are shipped for a country, and what an organisation makes of them."""
