"""Finding: one search over tickets, articles, wishes, events and people, each as far as the searcher may see."""
