"""Backup and restore: the database and the files of one consistent moment, in a folder that proves itself."""
