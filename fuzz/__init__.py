"""Throws made-up bytes at everything that reads text from outside, and looks at what becomes of them."""
