#!/bin/sh
# Writes sunspots.csv beside this script: yearly sunspot numbers, 1700 to 2008 (columns YEAR, SUNACTIVITY),
# taken unchanged from the statsmodels 0.15.0 wheel on PyPI. Needs pip and unzip; nothing is installed.
# Prints the sha256 of the file.
set -eu
cd "$(dirname "$0")"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --dest "$folder" statsmodels==0.15.0
unzip -p "$folder"/statsmodels-0.15.0-*.whl statsmodels/datasets/sunspots/sunspots.csv > sunspots.csv
echo "$(wc -l < sunspots.csv) lines, $(wc -c < sunspots.csv) bytes, sha256 $(sha256sum < sunspots.csv | cut -d' ' -f1)"
