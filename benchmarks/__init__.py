"""How fast the register is, and a register large enough to ask."""
