"""The commands of the command line, a module each; ``resilience.cli`` puts them together."""
