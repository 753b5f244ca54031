#!/bin/sh
# Writes kjv.txt.gz beside this script: the King James Bible, one verse a line, without the verse numbers.
#
# Needs two Debian packages:
#   apt-get install bible-kjv=4.38 bible-kjv-text=4.38
# Written with gzip 1.12 (another gzip may pack the same text into other bytes: compare the text's sha256).
# Prints the byte count and the sha256 of the text and of the packed file.
set -eu
export LC_ALL=C
cd "$(dirname "$0")"

text=$(mktemp)
trap 'rm -f "$text"' EXIT
bible -f 'gen1:1-rev22:21' | sed -E 's/^[^ ]+ //' > "$text"
gzip -9 -n < "$text" > kjv.txt.gz

echo "text:   $(wc -l < "$text") verses, $(wc -c < "$text") bytes, sha256 $(sha256sum < "$text" | cut -d' ' -f1)"
echo "packed: $(wc -c < kjv.txt.gz) bytes, sha256 $(sha256sum < kjv.txt.gz | cut -d' ' -f1)"
