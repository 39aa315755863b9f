"""Tables that people send in: how a CSV or XLSX file becomes checked values.

Knows the reference data, not the register; `projects.services.imports` brings the two together.
"""
