"""What moved a prediction, in numbers and in words."""
