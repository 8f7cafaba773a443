"""The lawyer's stories once more, over HTTP, against a running server on a real database."""
