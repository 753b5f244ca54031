#!/bin/sh
# Trains a model of the zoo as its card says: zoo/train.sh NAME
#
# Its config is trained with its seeds into runs/zoo/NAME; what was stopped or killed goes on by the same command. At the end the means and
# deviations over the seeds are printed, to be held to those of docs/zoo.md; where zoo/NAME has a card and no weights yet, the model is made of
# these runs.
#
# REKINDLE names the program; without it Cargo builds and runs it.
set -eu
cd "$(dirname "$0")/.."
name=${1:?"say which model: zoo/train.sh NAME"}
card=zoo/$name/card.toml
[ -f "$card" ] || { echo "there is no $card; \`rekindle zoo\` lists the models" >&2; exit 2; }

program() {
    if [ -n "${REKINDLE:-}" ]; then "$REKINDLE" "$@"; else cargo run --release --quiet -- "$@"; fi
}

# value KEY: a text or a number of the card.
value() {
    sed -n "s/^$1 = \"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$card"
}

config=$(value config) seeds=$(value seeds) fetch=$(value fetch)
# A script and what it is to fetch.
# shellcheck disable=SC2086
[ -z "$fetch" ] || $fetch
set --
while IFS= read -r one; do
    [ -z "$one" ] || set -- "$@" --set "$one"
done <<END
$(sed -n 's/^set = \["\(.*\)"\]$/\1/p' "$card" | sed 's/", "/\n/g')
END
program sweep "$config" "$@" --seeds "$seeds" --jobs 1 --out "runs/zoo/$name"
if [ ! -f "zoo/$name/run.json" ]; then
    set --
    for run in "runs/zoo/$name"/runs/*/; do
        set -- "$@" "${run%/}"
    done
    program zoo add "$@" --name "$name"
fi
