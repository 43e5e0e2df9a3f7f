"""The line that outgoing mail begins with, so that an answer above it is told apart from what it quotes."""

MARKER = "##- Please write your reply above this line -##"
