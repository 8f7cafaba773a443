"""Every way to be a little wrong, and who notices: changes of definitions and of the heart."""
