"""One module per group of commands; each command calls one public function and prints what it did."""
