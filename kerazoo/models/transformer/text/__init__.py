"""Text as tokens and back: vocabularies of subwords and of characters."""
