"""The people of a live session who need no account: listed, invited on the customer's behalf, counted, asked (COV-5 to COV-7)."""
