"""The practice record: saved sets, what is prescribed, what people say about them, and exports. The only SQL."""
