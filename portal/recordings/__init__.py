"""What is left of a live session: its recording, for those who missed it, and its materials (COV-5 to COV-7)."""
