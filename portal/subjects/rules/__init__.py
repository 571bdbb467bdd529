"""The pure knowledge of subjects: codes and names."""
