"""Who was in which call, and when: nothing of what was said, shown or where from."""
