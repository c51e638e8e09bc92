"""One module per group of commands; each command calls one door and says what it did."""
