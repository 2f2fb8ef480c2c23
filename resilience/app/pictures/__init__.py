"""What the page shows of a view, as plain data; labels, units and decimals are those declared."""
