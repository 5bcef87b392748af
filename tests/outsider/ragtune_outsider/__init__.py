"""A package of somebody else's that brings a chunker to ragtune."""
