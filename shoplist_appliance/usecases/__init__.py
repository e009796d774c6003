"""What people want to do; each use case is given what it stands on as arguments."""
