#!/bin/sh
# Resolves the packages of pyproject.toml, and of each artifact, for every supported Python at once.
# Hashes are kept, download addresses are not. `make lock` calls it with the path of uv.
set -eu
uv=$1
cd "$(dirname "$0")"

# For a version of Python and newer ones; what follows is for uv.
lock() {
    python=$1
    shift
    "$uv" pip compile --quiet --universal --python-version "$python" --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --no-emit-find-links "$@"
}

lock 3.11 --upgrade --all-extras ../pyproject.toml --output-file dev.txt
printf 'uv\n' | lock 3.11 --constraint dev.txt - --output-file uv.txt
for artifact in interactions jobs scan sync purge deploy operations; do
    lock 3.11 --constraint dev.txt "$artifact.in" --output-file "$artifact.txt"
done
# The smallest app that answers a PING, beside which `make bench` measures ours.
lock 3.11 --constraint dev.txt plain_app.in --output-file plain_app.txt
# AWS's own client for Lambda's runtime, under which the tests run the artifacts.
lock 3.11 --constraint dev.txt runtime.in --output-file runtime.txt
# Tools that run beside Clip Saver, each in an environment of its own on Lambda's Python: SAM, the
# scanner of the template, and the AWS on this machine that the tests deploy to.
for tool in infra checkov ministack; do
    lock 3.13 --upgrade "$tool.in" --output-file "$tool.txt"
done
