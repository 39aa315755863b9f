"""The statistics: figures of the register and of the proposals, each a link to its rows. The queries make them."""
