"""The engine behind the pages: runs in processes of their own, in one queue for all visitors, each played once."""
