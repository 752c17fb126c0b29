"""One module of views a concept."""
