"""A fictional city that shows every state."""
