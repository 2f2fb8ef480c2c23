"""The documents, and the commands that write their generated parts (``generate``) and tell a story (``story``)."""
