#!/usr/bin/env bash
# Works small grids off twice: once undisturbed, once by a silo that is killed with SIGKILL at random moments, from its own start
# to the last evaluation, and started again. Both must come to the same weights, icons and figures, looks at one step must find
# the same, no look may be there twice, and nothing that was finished may be made again.
#   tests/kill_campaign.sh [KILLS] [SEED]      default: 50 kills, seed 1; about eight minutes on two cores
#   SILOS=3 tests/kill_campaign.sh …           so many silos on one data folder and a PostgreSQL of its own; one of them dies at a time
#   ICON='dotnet path/to/icon.dll' tests/kill_campaign.sh      another build than this checkout's
# Prints where the kills fell and one line of verdict; exit code 1 if anything differs.
set -euo pipefail

kills=${1:-50}
RANDOM=${2:-1}
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
silos=${SILOS:-1}
work=$(mktemp -d)
pids=() postgres=''
end() {
    kill -KILL "${pids[@]}" 2>/dev/null || true
    [[ -z $postgres ]] || "${as_postgres[@]}" "$bin/pg_ctl" -D "$work/postgres/data" -m immediate stop >/dev/null || true
    rm -rf "$work"
}
trap end EXIT
declare -A hits=()

# Four trainings of some seconds, their icons in six batches each, their scores. A checkpoint is due every 20 ms, so that many
# kills fall into the writing of one.
grid() {
    cat <<JSON
{
  "name": "kill-campaign",
  "dataset": { "source": "noto-faces", "count": 12, "imageSize": 16 },
  "grid": { "seed": [$1, $(($1 + 1))], "model": { "unet": { "dimMults": [[1, 2], [1, 4]] } } },
  "model": { "kind": "ddpm", "unet": { "dim": 16, "dimMults": [1] } },
  "training": { "steps": 120, "batchSize": 8, "ema": { "updateEvery": 2, "updateAfterStep": 20 } },
  "sampling": { "count": 24, "batchSize": 4, "sampler": { "kind": "ddim", "steps": 20 } },
  "evaluation": { "inception": "random", "figures": "preprint" },
  "monitoring": { "checkpointEvery": "00:00:00.020", "stripEvery": 50 }
}
JSON
}

# Replaces the shell that calls it, so that a kill meets the silo and not a shell around it.
icon() { exec ${ICON:-"$root/icon"} "$@"; }
start() {
    if ((silos == 1)); then
        icon silo --data "$data" --url http://127.0.0.1:0 --device cpu --threads 2 >/dev/null 2>>"$data.log" &
    else
        ICONDIFFUSION_CLUSTER__DATABASE=$database ICONDIFFUSION_CLUSTER__PORT=$(free_port) \
            icon silo --name "silo$1" --data "$data" --url http://127.0.0.1:0 --device cpu --threads 2 >/dev/null 2>>"$data.log" &
    fi
    pids[$1]=$!
}
start_all() { local i; for ((i = 0; i < silos; i++)); do start "$i"; done; }
ready() {
    local address=$data/silo.json
    ((silos == 1)) || address=$data/silo-silo$1.json
    until grep -qs "\"pid\": ${pids[$1]}\b" "$address"; do kill -0 "${pids[$1]}" || fail "the silo did not start"; sleep 0.05; done
}
all_ready() { local i; for ((i = 0; i < silos; i++)); do ready "$i"; done; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Debian's PostgreSQL in a folder of this script's, on loopback; it refuses to run as root.
start_postgres() {
    bin=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)")
    as_postgres=()
    mkdir "$work/postgres"
    if ((EUID == 0)); then
        as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)
        chmod o+x "$work"
        chown postgres "$work/postgres"
    fi
    postgres=$(free_port)
    (cd "$work/postgres" &&
        "${as_postgres[@]}" "$bin/initdb" -D data -U postgres -A trust -E UTF8 --no-locale >log 2>&1 &&
        "${as_postgres[@]}" "$bin/pg_ctl" -D data -w -l server.log -o "-p $postgres -h 127.0.0.1 -k $work/postgres" start >/dev/null)
}

# A round's own, so that nothing is left of the last one.
make_database() {
    "${as_postgres[@]}" "$bin/createdb" -h 127.0.0.1 -p "$postgres" -U postgres "round$rounds"
    database="Host=127.0.0.1;Port=$postgres;Username=postgres;Database=round$rounds"
    (icon cluster init --database "$database" >/dev/null)
}

source "$root/tests/campaign.sh"
fail() { echo "$1; log:" >&2; tail -n 20 "$data.log" >&2; exit 1; }

((silos == 1)) || start_postgres
done_kills=0 rounds=0 while_writing=0 watched=0
while ((done_kills < kills)); do
    rounds=$((rounds + 1))
    grid $((RANDOM)) >"$work/$rounds.json"
    data=$work/undisturbed-$rounds
    (icon run "$work/$rounds.json" --data "$data" --device cpu --threads 2 --json >"$data.json" 2>"$data.log") || fail "the undisturbed run failed"

    undisturbed=$data data=$work/killed-$rounds
    mkdir -p "$data/runs"
    ((silos == 1)) || make_database
    start_all
    all_ready
    (icon submit "$work/$rounds.json" --data "$data" >/dev/null 2>>"$data.log") || fail "the grid was not taken"
    : >"$data.finished"
    while ((done_kills < kills)) && (($(results "$data") < 4)); do
        before=$(events "$data/runs")
        # One in four falls into the start.
        seconds=0
        victim=$((RANDOM % silos))
        ((RANDOM % 4 == 0)) || { ready "$victim"; seconds=$((RANDOM % 8)); }   # Work begins some seconds later.
        sleep "$(printf '%d.%03d' "$seconds" $((RANDOM % 1000)))"
        kill -KILL "${pids[victim]}"
        wait "${pids[victim]}" 2>/dev/null || true
        done_kills=$((done_kills + 1))
        where=$(stage "$data" "$before")
        hits[$where]=$((${hits[$where]:-0} + 1))
        [[ -z $(find "$data" -name '.*.tmp' -print -quit) ]] || while_writing=$((while_writing + 1))
        finished "$data" >>"$data.finished"
        start "$victim"
    done
    all_ready
    (icon watch --data "$data" >/dev/null 2>>"$data.log") || fail "not every cell completed"
    after=$(events "$data/runs")
    (icon submit "$work/$rounds.json" --data "$data" --watch >/dev/null 2>>"$data.log") || fail "submitted again, it failed"
    (icon results kill-campaign --data "$data" --json >"$data.json" 2>>"$data.log")
    for pid in "${pids[@]}"; do
        kill -TERM "$pid"
        wait "$pid" || fail "the silo did not end gracefully"
    done
    pids=()

    compare "$undisturbed.json" "$data.json" "$undisturbed" "$data"
    watched=$((watched + $(looks "$data" | wc -l)))
    untouched "$data.finished" "$data"
    (($(events "$data/runs") == after)) || fail "work was started again after its end"
done

for where in "${!hits[@]}"; do echo "$where: ${hits[$where]}"; done | sort
echo "killed $done_kills times in $rounds grid(s) on $silos silo(s), $while_writing while a file was written; every cell completed; weights, icons, figures and $watched looks equal; nothing made twice"
