"""Public figures about proposals. They rest on what the public queue shows, and on the register."""
