# The everyday commands. Each is a step of .ci/run, where the commands themselves stand, so that
# CI, which may have no just, runs the same ones.

# what there is
default:
    @just --list

# ruff: rules and formatting
lint:
    .ci/run lint

# mypy --strict
types:
    .ci/run types

# the whole suite
test:
    .ci/run test

# what the suite leaves out: campaigns, cold caches, the same in more languages
slow:
    .ci/run slow

# the tests of some rooms: just test-room comparison python_ref/numbers
test-room +ROOMS:
    .ci/run room {{ ROOMS }}

# recompute every golden
goldens:
    .ci/run goldens

# judge the bundled editions
run:
    .ci/run run

# judge the code in our own documents
docs:
    .ci/run docs

# JUnit, munit and clojure.test, by Maven
native:
    .ci/run native

# libraries that install quickly, against their rows in the table
guests:
    .ci/run guests

# how long everything takes, beside what it is measured against
bench:
    .ci/run bench

# all that CI runs
all:
    .ci/run
