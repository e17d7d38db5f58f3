"""Fields of a document under a schema, each with its page, its place and the words that say so."""
