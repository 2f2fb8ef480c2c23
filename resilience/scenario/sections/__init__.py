"""The parameters of the model, a module for each part of the market."""
