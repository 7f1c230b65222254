"""Ground floor: what two functions use, or what touches the outside world."""
