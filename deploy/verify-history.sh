#!/bin/sh
# Checks the history against the last head in FOLDER and keeps today's there; ends with 1 at the first bad row.
# Copy the folder to another machine: with its heads even a history that was written anew as a whole is found.
set -eu
cd "$(dirname "$0")/.."
folder=$1
last=$(find "$folder" -name '*.json' ! -name "$(date +%F).json" | sort | tail -n 1)
exec .venv/bin/python manage.py verify_history ${last:+--head "$last"} --export "$folder/$(date +%F).json"
