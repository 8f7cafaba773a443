"""Properties of the running system: any definition, any store, against the pure model."""
