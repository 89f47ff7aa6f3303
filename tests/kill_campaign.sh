#!/usr/bin/env bash
# Trains a small run twice: once undisturbed, once killed with SIGKILL at random moments and started again until it is done.
# Both must end with the same weights, bit for bit.
#   tests/kill_campaign.sh [KILLS] [SEED]      default: 24 kills, seed 1; about three minutes on two cores
#   ICON='dotnet path/to/icon.dll' tests/kill_campaign.sh      another build than this checkout's
# A checkpoint is due every 20 ms, so that many kills fall into the writing of one. Prints one line; exit code 1 if the weights differ.
set -euo pipefail

kills=${1:-24}
RANDOM=${2:-1}
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/campaign.json" <<'JSON'
{
  "name": "kill-campaign",
  "dataset": { "source": "noto-faces", "count": 12, "imageSize": 16 },
  "model": { "kind": "ddpm", "unet": { "dim": 16, "dimMults": [1, 2] } },
  "training": { "steps": 600, "batchSize": 8, "ema": { "updateEvery": 2, "updateAfterStep": 20 } },
  "sampling": { "count": 2, "sampler": { "kind": "dpm-solver++", "steps": 2 } },
  "evaluation": { "inception": "random" },
  "monitoring": { "checkpointEvery": "00:00:00.020", "stripEvery": 50 }
}
JSON

# Replaces the shell that calls it, so that a kill meets the training and not a shell around it.
train() { exec ${ICON:-"$root/icon"} run "$work/campaign.json" --data "$work/$1" --threads 2 --json >"$work/$1.json" 2>"$work/$1.log"; }
weights() { find "$work/$1/runs" -name weights.safetensors -exec sha256sum {} + | cut -d' ' -f1; }
checkpoints() { find "$work/killed/runs" -name 'step-*.json' -path '*/checkpoints/*' -newer "$work/started" 2>/dev/null; }

(train undisturbed) || { cat "$work/undisturbed.log" >&2; exit 1; }

done_kills=0 while_writing=0
while ((done_kills < kills)); do
    touch "$work/started"
    train killed &
    pid=$!
    # The kill falls up to 0.4 s after the first checkpoint that this attempt has made.
    until [[ -n $(checkpoints) ]] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
    sleep "$(printf '0.%03d' $((RANDOM % 400)))"
    if ! kill -KILL "$pid" 2>/dev/null; then break; fi
    wait "$pid" 2>/dev/null || true
    done_kills=$((done_kills + 1))
    # A temporary file, or weights without their manifest: the process died in the middle of a checkpoint.
    left=$(find "$work/killed/runs" -name '.*.tmp' | wc -l)
    for file in "$work"/killed/runs/*/checkpoints/*.safetensors; do [[ -e ${file%.safetensors}.json ]] || left=$((left + 1)); done
    ((left == 0)) || while_writing=$((while_writing + 1))
done
[[ -n $(find "$work/killed" -name weights.safetensors) ]] && { echo "The run ended before it had been killed $kills times." >&2; exit 2; }
(train killed) || { cat "$work/killed.log" >&2; exit 1; }

a=$(weights undisturbed) b=$(weights killed)
verdict=equal
[[ $a == "$b" ]] || verdict=DIFFERENT
echo "killed $done_kills times, $while_writing while a checkpoint was written; weights $verdict: ${a:0:16} ${b:0:16}"
[[ $verdict == equal ]]
