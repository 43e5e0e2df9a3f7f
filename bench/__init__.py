"""What measures speed, and what races the running server. Nothing here is part of the portal."""
