#!/usr/bin/env bash
# Makes release-VERSION.tar.gz: what a release leaves when it is killed in the middle of an experiment, for tests that a newer one goes on with it.
#   make_release.sh CHECKOUT VERSION        the release's checkout, built by ./icon setup
# One cell is done, one trains and has checkpoints, and a paused experiment waits. Left out are locks, the token, features that are only
# cached, and checkpoints that nothing goes on from.
set -euo pipefail

checkout=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export ICONDIFFUSION_DATA=$work/data
icon() { dotnet "$checkout/client/bin/Release/net10.0/icon.dll" "$@"; }
experiment() {
    cat <<END
{
  "name": "$1",
  "dataset": { "source": "noto-faces", "count": 12, "imageSize": 16 },
  "grid": { "training": { "steps": [$2] } },
  "model": { "kind": "ddpm", "unet": { "dim": 8, "dimMults": [1] }, "diffusion": { "timesteps": 50 } },
  "training": { "batchSize": 4 },
  "sampling": { "count": 4, "sampler": { "kind": "ddim", "steps": 3 } },
  "evaluation": { "inception": "random", "figures": "preprint" },
  "monitoring": { "checkpointEvery": "00:00:00.2", "stripEvery": 1000 }
}
END
}
experiment kept "20, 200" >kept.json
experiment paused 21 >paused.json

dotnet "$checkout/silo/bin/Release/net10.0/icon-silo.dll" silo --url http://127.0.0.1:0 --name desktop --device cpu --threads 1 2>silo.log &
silo=$!
until [[ -e data/silo.json ]]; do sleep 0.2; done
icon submit kept.json
icon submit paused.json
icon pause paused
checkpoints() { ls data/runs/*/checkpoints/step-*.json 2>/dev/null || true; }
until (($(checkpoints | cut -d/ -f3 | sort | uniq -c | awk '$1 > 1' | wc -l) == 2)); do sleep 0.1; done
kill -9 "$silo"

finished=$(dirname data/runs/*/weights.safetensors)
tar czf "$here/release-$2.tar.gz" -C data --exclude=silo.json --exclude='*.lock' --exclude=token --exclude=./weights --exclude="./${finished#data/}/checkpoints" .
