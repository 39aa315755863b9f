"""The figures of the head: each section is a function from a scope to blocks, shown by page, PDF and XLSX alike."""
