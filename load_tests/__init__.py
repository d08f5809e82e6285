"""Measurements of Binôme beside other systems: `python -m load_tests --help`. Never part of the product."""
