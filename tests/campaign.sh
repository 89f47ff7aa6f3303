#!/usr/bin/env bash
# What the campaigns look at in a folder of runs ('DATA/runs', 'DATA' being a data folder or a store): sourced by kill_campaign.sh and cluster_campaign.sh.

# What is finished once it is there, with the time it was written.
finished() { find "$1/runs" \( -name weights.safetensors -o -path '*/samples/*.png' -o -name result.json \) -printf '%T@ %s %P\n' | sort; }
results() { find "$1/runs" -name result.json | wc -l; }
events() { find "$@" -name events.jsonl -exec cat {} + | wc -l; }
figures() { grep -E '"(runId|fid|mae|maeMirrored|nwi|generatedCount|steps|imagesSeen|loss|weightsHash)"' "$1"; }
icons() { (cd "$1/runs" && find . -path '*/samples/*.png' -exec sha256sum {} + | sort -k2); }

# The looks at the trainings, one a line: run and step, then what was measured, without the seconds that it took.
looks() { (cd "$1/runs" && find . -name window.jsonl -exec grep -H . {} + | sed -E 's/"(seconds|cost)":[^,]*,//g; s/^([^:]*):\{"step":([0-9]+),/\1 \2 /'); }

# What a silo with this data folder was doing: the stage of its newest attempt, if this life, which began after so many events, has begun one.
stage() {
    (($(events "$1/runs") > $2)) || { echo "starting"; return; }
    sed -sE 's/.*"at":"([^"]*)".*"work":"([^"]*)".*"kind":"([^"]*)".*/\1 \2 \3/' "$1"/runs/*/events.jsonl | sort | tail -n 1 | while read -r _ key kind; do
        case $kind,$key in
            started,*/*/*) echo "sampling" ;;
            started,*/*) echo "evaluating" ;;
            started,*) echo "training" ;;
            *) echo "between" ;;
        esac
    done
}

# Ends unless a grid that was disturbed came to what the undisturbed one did: the results of both as JSON, and the folders with their runs.
compare() {
    diff <(figures "$1") <(figures "$2") >&2 || fail "figures or weights differ"
    diff <(icons "$3") <(icons "$4") >&2 || fail "icons differ"
    local twice other
    twice=$(looks "$4" | cut -d' ' -f1,2 | sort | uniq -d)
    [[ -z $twice ]] || fail "a look is there twice: $twice"
    other=$(cat <(looks "$3") <(looks "$4") | sort -u | cut -d' ' -f1,2 | sort | uniq -d)
    [[ -z $other ]] || fail "a look found something else: $other"
}

# Ends if anything that lay in a folder, finished, at any of the moments of a file is not the same file now.
untouched() {
    local again
    again=$(sort -u "$1" | comm -23 - <(finished "$2"))
    [[ -z $again ]] || fail "made again after it was finished: $again"
}
