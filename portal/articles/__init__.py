"""Help articles: what support has written down once, for all who would ask again."""
