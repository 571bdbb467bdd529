"""The code on the door and the small page behind it."""
