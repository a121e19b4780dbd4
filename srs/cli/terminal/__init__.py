"""Terminal skin: safe text, widths, styles, a walk over face HTML, keys. Only the screen, over them, knows cards."""
