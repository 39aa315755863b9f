"""Reading what a section of the figures says."""


def block_of(made, key):
    """Return the block with this key."""
    (block,) = [block for block in made.blocks if block.key == key]
    return block


def table(made, key):
    """Return the values of a block by the label of the row."""
    return {row.label: [cell.value for cell in row.cells] for row in block_of(made, key).rows}


def subs(made, key):
    """Return the second lines of a block by the label of the row."""
    return {row.label: [cell.sub for cell in row.cells] for row in block_of(made, key).rows}


def linked(made):
    """Return every address with the value that stands above it."""
    cells = [cell for block in made.blocks for row in block.rows for cell in row.cells]
    return {(one.address, one.value) for one in [*made.figures, *cells] if one.address}
