"""What the terminal skin is made of: safe text, widths, styles, a walk over face HTML, keys. Knows nothing of cards."""
