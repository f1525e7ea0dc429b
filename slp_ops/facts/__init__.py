"""What a switch says about itself, typed."""
