"""The rules of the market, one module for each part of the month."""
