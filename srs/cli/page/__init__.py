"""Pages in one file: HTML and CSS, drawings as inline SVG, no script, no request."""
