"""What goes on while nobody asks."""
