"""What changes people, their organisations and the outbox."""
