"""The filtered view as files: CSV, XLSX, JSON Lines, OC4IDS; and the full files of each day."""
