"""The engine runs steps: each once, ever, and keeps what it found. It knows nothing of retrieval."""
