#!/bin/sh
# Resolves the packages of pyproject.toml, and of each artifact, for every supported Python at once.
# Hashes are kept, download addresses are not. `make lock` calls it with the path of uv.
set -eu
uv=$1
cd "$(dirname "$0")"

# Only the packages named in `names` (one per line), in the versions that dev.txt settled on.
lock() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}

lock --upgrade --all-extras ../pyproject.toml --output-file dev.txt
printf 'uv\n' | lock --constraint dev.txt - --output-file uv.txt
for artifact in interactions jobs sync purge deploy; do
    lock --constraint dev.txt "$artifact.in" --output-file "$artifact.txt"
done
# AWS's own client for Lambda's runtime, under which the tests run the artifacts.
lock --constraint dev.txt runtime.in --output-file runtime.txt
