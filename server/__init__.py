"""Binôme: a mentor and a young person meet online under the care of a professional structure."""

__version__ = "0.1.0"
