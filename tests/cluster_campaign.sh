#!/usr/bin/env bash
# A cluster of hosts on a network that misbehaves: a database host, three silo hosts and a client host in network namespaces, each with its own
# address and data folder, keys and TLS everywhere. While a grid runs, hosts are unplugged, the network is split, slow and lossy, clocks jump, the database
# restarts, fills up, is set back to a backup. No cell may be lost, none may be done twice, and the weights must be those of an undisturbed run.
#   tests/cluster_campaign.sh [ROUNDS] [SEED]   default: 24 partitions (the first three faults below) in random order and of random length, seed 1; two
#                                               hours at most
#   tests/cluster_campaign.sh short             each of the first four once, of fixed length, without the undisturbed run; what ./icon test --all runs
#   tests/cluster_campaign.sh kills [KILLS] [SEED]   SIGKILL for silos, for whole hosts, which fall silent with it, and for the database, at random moments of
#                                               grids of every method; default 50, a quarter of an hour at most for each 50
#   tests/cluster_campaign.sh FAULT…            these, one after the other: unplug split-silo split-database restart-database slow-network slow-database
#                                               clocks full-database restored-database watch
#   SLOW=300 tests/cluster_campaign.sh slow-network                      for so many seconds; default 60
#   ICON='dotnet path/to/icon-silo.dll' tests/cluster_campaign.sh …      another build than this checkout's
# It sends nothing to any network: all addresses are of a switch in a namespace of its own. Wants root, ip and PostgreSQL, and ends with exit code 77 and
# the reason where it may not; 'clocks' wants libfaketime (apt-get install faketime). Prints what it measured, a line a fault; exit code 1 if anything did not hold.
set -euo pipefail

partitions=(unplug split-silo split-database)
quick=("${partitions[@]}" restart-database)
faults=("${quick[@]}" slow-network slow-database clocks full-database restored-database watch)
faketime=$(compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' || true)
mode=rounds rounds=${1:-24} RANDOM=1
case ${1:-} in
    short) mode=named chosen=("${quick[@]}") ;;
    kills) mode=kills chosen=() kills=${2:-50} RANDOM=${3:-1} ;;
    '' | [0-9]*) RANDOM=${2:-1} ;;
    *) mode=named chosen=("$@") ;;
esac
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
icon=${ICON:-dotnet $root/silo/bin/Release/net10.0/icon-silo.dll}
bin=$(dirname "$(readlink -f "$(command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 || true)")")
bed=icon$$ work='' loops=() watcher=''
deadline=$((SECONDS + 7200 + ${kills:-0} * 18))
declare -A address=([database]=10.77.0.10 [silo1]=10.77.0.11 [silo2]=10.77.0.12 [silo3]=10.77.0.13 [client]=10.77.0.20)
silos=(silo1 silo2 silo3)
declare -A cables=()

source "$root/tests/campaign.sh"
skip() { echo "$1" >&2; exit 77; }
fail() { echo "$1" >&2; tail -n 5 "$work"/*.log >&2 || true; exit 1; }
in_host() { local host=$1; shift; ip netns exec "$bed-$host" "$@"; }
processes_of() { ip netns pids "$bed-$1" 2>/dev/null | wc -l; }
kill_all_of() { ip netns pids "$bed-$1" 2>/dev/null | xargs -r kill -KILL; }

end() {
    local host
    ((${#loops[@]} == 0)) || kill "${loops[@]}" 2>/dev/null || true
    for host in "${!address[@]}" switch; do
        kill_all_of "$host" 2>/dev/null || true
        ip netns del "$bed-$host" 2>/dev/null || true
    done
    [[ -z $work ]] || { umount "$work/database" 2>/dev/null || true; rm -rf "$work"; }
}

# The bed: a switch with two halves, and each host's cable in the first.
plug_in() {
    local host half
    ip netns add "$bed-switch" 2>/dev/null || skip "this machine lets nobody make network namespaces"
    in_host switch ip link set lo up
    for half in one two; do
        in_host switch ip link add "$half" type bridge 2>/dev/null || skip "this machine's kernel has no bridges"
        in_host switch ip link set "$half" up
    done
    for host in "${!address[@]}"; do
        ip netns add "$bed-$host"
        in_host switch ip link add "$host" type veth peer name eth0 netns "$bed-$host" 2>/dev/null || skip "this machine's kernel has no virtual cables (veth)"
        in_host switch ip link set "$host" master one up
        in_host "$host" ip address add "${address[$host]}/24" dev eth0
        in_host "$host" ip link set eth0 up
        in_host "$host" ip link set lo up
    done
}

cable() { in_host switch ip link set "$1" "$2"; }                     # up or down
move() { local half=$1 host; shift; for host in "$@"; do in_host switch ip link set "$host" master "$half"; done; }

# In place of a host's cable, until it is mended, one of so many milliseconds that loses so many percent of the frames, each way.
slow_down() {
    local host=$1 file=$work/$1.cable end
    echo "$2 $3" >"$file"
    ip netns exec "$bed-switch" python3 "$root/tests/cable.py" "$host-near" "$host-far" "$file" &
    cables[$host]=$!
    until in_host switch ip link show "$host-far" >/dev/null 2>&1; do kill -0 "${cables[$host]}" || skip "this machine has no TAP devices"; sleep 0.1; done
    in_host switch ip link add "$host-slow" type bridge
    in_host switch ip link set "$host-near" master "$host-slow"
    in_host switch ip link set "$host-far" master one
    for end in near far slow; do in_host switch ip link set "$host-$end" up; done
    move "$host-slow" "$host"
}
mend() {
    move one "$1"
    kill "${cables[$1]}"
    wait "${cables[$1]}" 2>/dev/null || true
    unset "cables[$1]"
    in_host switch ip link del "$1-slow"
}

# PostgreSQL refuses to run as root.
as_postgres() { in_host database setpriv --reuid=postgres --regid=postgres --clear-groups env -C "$work/database" "$@"; }
postgres() { as_postgres "$bin/pg_ctl" -D data -w -m fast -l server.log -o "-h '${2-127.0.0.1,${address[database]}}' -k $work/database" "$1" >/dev/null; }
query() { as_postgres "$bin/psql" -h "$work/database" -U postgres -d icon -Atqc "$1"; }

start_database() {
    mkdir "$work/database"
    mount -t tmpfs -o size=384m bed "$work/database" 2>/dev/null || skip "this machine lets nobody mount a disk in memory"
    chmod o+x "$work"
    chown postgres "$work/database"
    as_postgres "$bin/initdb" -D data -U postgres -A trust -E UTF8 --no-locale >"$work/database.log" 2>&1
    echo "max_wal_size = 64MB" >>"$work/database/data/postgresql.conf"
    echo "hostssl icon icon 10.77.0.0/24 scram-sha-256" >>"$work/database/data/pg_hba.conf"
    echo "hostssl icon +icon-silos-icon 10.77.0.0/24 scram-sha-256" >>"$work/database/data/pg_hba.conf"
    postgres start
    as_postgres "$bin/psql" -h "$work/database" -U postgres -Atqc "CREATE ROLE icon LOGIN CREATEROLE PASSWORD 'bed'" -c "CREATE DATABASE icon OWNER icon"
}

# As deploy/README.md has it: the first call makes the server's certificate, the second finds a server that shows it.
make_cluster() {
    local connection="Host=${address[database]};Username=icon;Password=bed;Database=icon" name=postgres-${address[database]} keys=$work/keys/cluster
    in_host client $icon cluster init --data "$work/keys" --database "$connection" >/dev/null 2>"$work/init.log" && fail "a database that does not encrypt was believed"
    install -m 600 -o postgres "$keys/$name.crt" "$keys/$name.key" "$work/database/data"
    query "ALTER SYSTEM SET ssl = on"
    query "ALTER SYSTEM SET ssl_cert_file = '$name.crt'"
    query "ALTER SYSTEM SET ssl_key_file = '$name.key'"
    query "SELECT pg_reload_conf()" >/dev/null
    until [[ $(query "SHOW ssl") == on ]]; do sleep 0.1; done
    local machines=() host
    for host in "${silos[@]}"; do machines+=(--machine "${address[$host]}"); done
    in_host client $icon cluster init --data "$work/keys" --database "$connection" "${machines[@]}" >/dev/null 2>"$work/init.log" || fail "the cluster was not made"
}

# A silo that ends starts again, as systemd has it: one that was cut off ends when it hears that the others have given it up.
run_silo() {
    local host=$1 clock=()
    [[ ! -e $work/$host.clock ]] || clock=(env "LD_PRELOAD=$faketime" "FAKETIME_TIMESTAMP_FILE=$work/$host.clock" FAKETIME_CACHE_DURATION=1 FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1)
    while :; do
        ICONDIFFUSION_SILO__ARTIFACTS=$work/store "${clock[@]}" ip netns exec "$bed-$host" $icon silo --join "$work/keys/cluster/${address[$host]}.join" \
            --name "$host" --data "$work/$host" --listen "${address[$host]}" --device cpu --threads 1 >/dev/null 2>>"$work/$host.log" || true
        sleep 2
    done
}

# One token for all, so that any silo answers the client.
start_silos() {
    local host
    mkdir "$work/store"
    for host in "${silos[@]}"; do
        mkdir -m 700 "$work/$host"
        (umask 077; printf '%s\n' "$token" >"$work/$host/token")
        run_silo "$host" 2>>"$work/$host.log" &
        loops+=($!)
    done
}

# What a silo answers the client host, in the time that is given; nothing: it does not.
ask() {
    in_host client curl -fsS -m 5 --cacert "$work/keys/cluster/authority.crt" -H "Authorization: Bearer $token" "https://${address[$1]}:5480$2" 2>/dev/null
}
console() { local host=$1; shift; in_host client env ICONDIFFUSION_URL="https://${address[$host]}:5480#$fingerprint" ICONDIFFUSION_TOKEN="$token" $icon "$@" --data "$work/client"; }

# A command, of one silo after another: one may just be starting again.
any_of() {
    local host
    for host in "${silos[@]}" "${silos[@]}"; do
        console "$host" "$@" 2>>"$work/client.log" && return
        sleep 5
    done
    return 1
}

# Lines "silo work", of devices that work, and "silo -" of others; asked of any silo but those named.
leases() {
    local host
    for host in "${silos[@]}"; do
        [[ " $* " == *" $host "* ]] && continue
        ask "$host" /api/devices | python3 -c 'import json, sys
for each in json.load(sys.stdin): print(each["silo"], each.get("work") or "-")' 2>/dev/null && return
    done
    return 0
}
newest() { grep -oE 'incarnation [0-9a-f]+' "$work"/silo?.log | sort -u | wc -l; }
known() { leases "$@" | cut -d' ' -f1 | sort | tr '\n' ' '; }

# Waits until a command says so, for so many seconds at most; says how long it took.
within() {
    local limit=$1 what=$2 began=$SECONDS
    shift 2
    until "$@"; do
        ((SECONDS - began < limit && SECONDS < deadline)) || fail "not within $limit s: $what"
        sleep 0.2
    done
    took=$((SECONDS - began))
}
all_here() { [[ $(known) == "silo1 silo2 silo3 " ]]; }
all_work() { [[ $(leases | grep -vc -- ' -$') -ge $1 ]]; }
runs_elsewhere() { leases "$1" | grep -v "^$1 " | grep -q " $2\$"; }

# Two trainings, by their first seed and by what ends them.
grid() {
    cat <<JSON
{
  "name": "bed",
  "dataset": { "source": "noto-faces", "count": 12, "imageSize": 16 },
  "grid": { "seed": [$1, $(($1 + 1))] },
  "model": { "kind": "ddpm", "unet": { "dim": 16, "dimMults": [1, 2] } },
  "training": { $2, "batchSize": 8 },
  "sampling": { "count": 8, "batchSize": 4, "sampler": { "kind": "ddim", "steps": 10 } },
  "evaluation": { "inception": "random", "figures": "preprint" },
  "monitoring": { "checkpointEvery": "00:00:01", "stripEvery": 100000 }
}
JSON
}

# Every method, with what comes before it; by its seed.
grid_of_methods() {
    cat <<JSON
{
  "name": "bed",
  "dataset": { "source": "noto-faces", "count": 12, "heldOut": 0, "imageSize": 32 },
  "source": {
    "seed": $1, "dataset": { "source": "noto-faces", "count": 16, "release": "early", "heldOut": 0, "imageSize": 32 }, "training": { "steps": 20, "batchSize": 8 }
  },
  "grid": {
    "seed": [$1],
    "run": [
      { "model": { "kind": "dcgan", "generatorChannels": 8, "discriminatorChannels": 8 }, "training": { "steps": 200 } },
      { "model": { "kind": "wgan-gp", "dim": 4 }, "training": { "steps": 25 } },
      { "model": { "kind": "stylegan2", "latentDim": 16, "channelBase": 128, "channelMax": 16 }, "training": { "steps": 60 } },
      { "model": { "kind": "ddpm", "unet": { "dim": 16, "dimMults": [1, 2] } }, "training": { "steps": 50 } },
      { "model": { "kind": "ddpm", "unet": { "dim": 16, "dimMults": [1, 2] } }, "training": { "steps": 40, "from": "source" } },
      { "model": { "kind": "style-transfer", "content": { "source": "noto-faces", "release": "new", "count": 12 } }, "training": { "steps": 4 }, "sampling": { "sampler": { "kind": "l-bfgs", "steps": 1 } } }
    ]
  },
  "training": { "batchSize": 8 },
  "sampling": { "count": 12, "batchSize": 4, "sampler": { "kind": "ddim", "steps": 10 } },
  "evaluation": { "figures": "preprint" },
  "monitoring": { "checkpointEvery": "00:00:00.100", "stripEvery": 100000 }
}
JSON
}

# A host goes away, one that trains if there is one: its work must run on the host that has none, if it is away for long enough.
unplug() {
    local host='' lost='' away=$SECONDS
    read -r host lost < <(leases | grep -v -e ' -$' -e / | head -n 1) || true
    cable "${host:=silo2}" down
    if [[ -n $lost ]] && ((length >= 20)); then
        within "$((${PATIENCE:-1} * 15))" "the work of $host runs elsewhere" runs_elsewhere "$host" "$lost"
        echo "$host unplugged: its work ran elsewhere after $took s"
    fi
    while ((SECONDS - away < length)); do sleep 1; done
    cable "$host" up
    within "$((${PATIENCE:-1} * 60))" "$host is back" all_here
    echo "$host plugged in again after $((SECONDS - away - took)) s: it was back after $took s"
}

split() {
    local what=$1
    shift
    move two "$@"
    sleep "$length"
    move one "$@"
    within "$((${PATIENCE:-1} * 90))" "all silos are back" all_here
    echo "$what for $length s: all were back after $took s"
}

# Between two silos it is twice as slow as to the database: two cables.
slow_network() {
    local host
    for host in "${silos[@]}"; do slow_down "$host" 100 10.6; done
    sleep "${SLOW:-60}"
    for host in "${silos[@]}"; do mend "$host"; done
    within "$((${PATIENCE:-1} * 90))" "all silos are back" all_here
    echo "200 ms and 20 % loss between the silos for ${SLOW:-60} s: all were there after $took s"
}

slow_database() {
    slow_down database 200 0
    sleep "${SLOW:-60}"
    mend database
    within "$((${PATIENCE:-1} * 90))" "all silos are back" all_here
    echo "the database 400 ms away for ${SLOW:-60} s: all were there after $took s"
}

# An hour ahead and an hour behind, while the silo works and as it starts.
clocks() {
    local offset lives
    for offset in +3600s -3600s +0s; do
        echo "$offset" >"$work/silo2.clock"
        sleep 20
        within "$((${PATIENCE:-1} * 90))" "silo2 is there after its clock has jumped to $offset" all_here
        echo "the clock of a silo jumped to $offset: all were there after $((took + 20)) s"
        lives=$(newest)
        kill_all_of silo2
        within "$((${PATIENCE:-1} * 90))" "silo2 starts with its clock at $offset" lived_since "$lives"
        within "$((${PATIENCE:-1} * 90))" "silo2 is there with its clock at $offset" all_here
        echo "it started again with its clock at $offset: all were there"
    done
}
lived_since() { (($(newest) > $1)); }

# To the last byte. PostgreSQL may end by itself then; whoever looks after it starts it again.
full_database() {
    dd if=/dev/zero of="$work/database/filler" bs=1M status=none 2>/dev/null || true
    sleep 30
    answers || echo "the database does not answer on its full disk"
    rm "$work/database/filler"
    within "$((${PATIENCE:-1} * 60))" "the database answers again" answers_again
    within "$((${PATIENCE:-1} * 90))" "all silos work with the database that has room again" all_here
    echo "the database's disk full for 30 s: all were there after $took s"
}

answers() { query "SELECT 1" >/dev/null 2>&1; }
answers_again() { answers || { kill -0 "$(head -n 1 "$work/database/data/postmaster.pid")" 2>/dev/null || postgres start 2>/dev/null || true; false; }; }

# What happens after the dump, a silo's end and two new attempts, is forgotten; the store remembers it.
restored_database() {
    local old=$work/database/old new=$work/database/data lives
    as_postgres "$bin/pg_dumpall" -h "$work/database" -U postgres >"$work/dump.sql"
    unplug
    postgres stop
    mv "$new" "$old"
    as_postgres "$bin/initdb" -D data -U postgres -A trust -E UTF8 --no-locale >"$work/database.log" 2>&1
    cp -p "$old"/{pg_hba.conf,postgresql.conf,postgresql.auto.conf} "$old"/postgres-*.{crt,key} "$new"
    rm -rf "$old"
    postgres start ''
    as_postgres "$bin/psql" -h "$work/database" -U postgres -q <"$work/dump.sql" >"$work/restore.log" 2>&1
    lives=$(newest)
    postgres stop
    postgres start
    within "$((${PATIENCE:-1} * 120))" "the silos begin again" lived_since "$((lives + 2))"
    within "$((${PATIENCE:-1} * 120))" "all silos work with the database that was set back" all_here
    echo "the database set back to a dump: all had begun again and were there after $took s"
}

# Somebody watches a silo that goes away, and knows of another.
watch_on() {
    local host urls=()
    for host in silo3 silo1 silo2; do urls+=(--url "https://${address[$host]}:5480#$fingerprint"); done
    in_host client env ICONDIFFUSION_TOKEN="$token" $icon watch "$1" "${urls[@]}" --json --data "$work/client" >"$work/watched" 2>>"$work/client.log" &
    watcher=$!
    within "$((${PATIENCE:-1} * 30))" "somebody watches" told_more 0
    cable silo3 down
    sleep 5   # What was on its way has come.
    within "$((${PATIENCE:-1} * 90))" "the watcher has found another silo" told_more "$(wc -l <"$work/watched")"
    echo "a watched silo unplugged: its watcher heard more from another after $((took + 5)) s"
    cable silo3 up
    within "$((${PATIENCE:-1} * 60))" "silo3 is back" all_here
}
told_more() { (($(wc -l <"$work/watched") > $1)); }

# A partition lasts as long as 'length' says.
fault() {
    local lone=$((RANDOM % 3))
    case $1 in
        slow-network) slow_network ;;
        slow-database) slow_database ;;
        clocks) clocks ;;
        full-database) full_database ;;
        restored-database) restored_database ;;
        watch) watch_on "$id" ;;
        unplug) unplug ;;
        split-silo) split "one silo cut off from two and the database" "${silos[lone]}" ;;
        split-database) split "two silos cut off from one and the database" "${silos[(lone + 1) % 3]}" "${silos[(lone + 2) % 3]}" ;;
        restart-database)
            postgres restart
            within "$((${PATIENCE:-1} * 60))" "all silos work with the database that restarted" all_here
            echo "the database restarted: all were back after $took s"
            ;;
    esac
}

# One in ten is for the database, three in ten for a host, which nobody hears of until it is on again, the others for a silo alone. What has ended begins again after
# a moment, so that one in some falls into a start.
kill_one() {
    local host=silo$((1 + RANDOM % 3)) kind=$((RANDOM % 10)) where
    pause $((RANDOM % 5000))
    if ((kind == 0)); then
        kill_all_of database
        hits[database]=$((${hits[database]:-0} + 1))
        pause $((RANDOM % 3000))
        until answers; do postgres start 2>/dev/null || sleep 0.2; done
    else
        until (($(processes_of "$host") > 0)); do sleep 0.1; done
        ((kind > 3)) || cable "$host" down
        kill_all_of "$host"
        where=$(stage "$work/$host" "${begun[$host]}")
        hits[$where]=$((${hits[$where]:-0} + 1))
        begun[$host]=$(events "$work/$host/runs")
        if ((kind <= 3)); then
            hosts_killed=$((hosts_killed + 1))
            pause $((RANDOM % 10000))
            cable "$host" up
        fi
    fi
    done_kills=$((done_kills + 1))
    finished "$work/store" >>"$work/finished"
}
pause() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }

kill_at_random() {
    local grids=0 seed id after host
    declare -A hits=() begun=()
    done_kills=0 hosts_killed=0
    mkdir -p "$work"/{undisturbed,store,silo1,silo2,silo3}/runs
    while ((done_kills < kills && SECONDS < deadline)); do
        grids=$((grids + 1)) seed=$((RANDOM * 10 + 10))
        grid_of_methods "$seed" >"$work/$seed.json"
        (cd "$work" && $icon run "$seed.json" --data "$work/undisturbed" --device cpu --threads 1 --json >"$seed.undisturbed" 2>>client.log) || fail "the undisturbed run failed"
        id=$(console silo1 submit "$work/$seed.json" --json 2>>"$work/client.log" | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])') || fail "the grid was not taken"
        for host in "${silos[@]}"; do begun[$host]=$(events "$work/$host/runs"); done
        while ((done_kills < kills && $(results "$work/store") < 7 * grids)); do kill_one; done
        within 300 "all silos are back" all_here
        any_of watch "$id" >/dev/null || fail "not every cell completed"
        after=$(events "$work"/silo?/runs)
        any_of submit "$work/$seed.json" --watch >/dev/null || fail "submitted again, it failed"
        any_of results "$id" --json >"$work/$seed.results" || fail "the results cannot be had"
        compare "$work/$seed.undisturbed" "$work/$seed.results" "$work/undisturbed" "$work/store"
        untouched "$work/finished" "$work/store"
        (($(events "$work"/silo?/runs) == after)) || fail "work was started again after its end"
        echo "$done_kills kills, $grids grids of seven trainings: all as undisturbed"
    done
    for where in "${!hits[@]}"; do echo "$where: ${hits[$where]}"; done | sort
    echo "killed $done_kills times in $grids grids, $hosts_killed of them whole hosts; every cell completed; weights, icons, figures and $(looks "$work/store" | wc -l) looks equal; nothing made twice"
}

# How often each training's end was taken. An attempt that comes to its end on a silo that is cut off is not: its training goes on elsewhere.
ends() { cat "$work"/silo?.log | grep -oE 'Grain\[1\] training [^ ]+ is Done' | sort | uniq -c | awk '{ print $1 }'; }
hashes() { grep -o '"weightsHash": *"[^"]*"' "$1" | sort; }

((EUID == 0)) || skip "network namespaces are root's: run as root"
for program in ip curl openssl python3 setpriv mount; do command -v "$program" >/dev/null || skip "'$program' is not installed"; done
if [[ $mode == named ]]; then
    for each in "${chosen[@]}"; do [[ " ${faults[*]} " == *" $each "* ]] || { echo "There is no fault '$each'; there are: ${faults[*]}" >&2; exit 2; }; done
else
    chosen=("${partitions[@]}")
fi
if [[ " ${chosen[*]} " == *" clocks "* && -z $faketime ]]; then
    skip "libfaketime is not installed: no clock can be set wrong (apt-get install faketime)"
fi
[[ -x $bin/initdb ]] || skip "PostgreSQL is not installed"
trap end EXIT
work=$(mktemp -d)
[[ " ${chosen[*]} " != *" clocks "* ]] || echo +0s >"$work/silo2.clock"
token=$(head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')
plug_in
start_database
make_cluster
fingerprint=$(openssl x509 -in "$work/keys/cluster/authority.crt" -outform DER | sha256sum | cut -d' ' -f1)
start_silos
within 180 "three silos are a cluster" all_here

# Works a grid off while things fail.
grids=0
run() {
    local seed=$1 id
    shift
    id=$(console silo1 submit "$work/$seed.json" --json 2>>"$work/client.log" | python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])') || fail "the grid was not taken"
    within 180 "two silos work" all_work 2
    for each in "$@"; do
        [[ $mode == named ]] || length=$((3 + RANDOM % 58))
        fault "$each"
    done
    any_of watch "$id" >/dev/null || fail "not every cell completed"
    any_of results "$id" --json >"$work/$seed.results" || fail "the results cannot be had"
    [[ $(hashes "$work/$seed.results" | wc -l) == 2 ]] || fail "a cell was lost"
    [[ -z $watcher ]] || wait "$watcher" || fail "the watcher did not see the end"
    watcher=''
    grids=$((grids + 1))
    [[ $(ends | sort -u) == 1 && $(ends | wc -l) == $((2 * grids)) ]] || fail "a training was done twice, or not at all"
}

# Time that did not pass is not counted, nor time that was not worked.
within_budget() {
    python3 - "$1" "$budget" <<'PYTHON'
import json, sys
for cell in json.load(open(sys.argv[1]))["results"]:
    hours, minutes, seconds = cell["result"]["training"]["time"].split(":")
    worked = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    if not float(sys.argv[2]) <= worked < float(sys.argv[2]) + 30:
        sys.exit(f"trained for {worked} s of {sys.argv[2]} s")
PYTHON
}

if [[ $mode == kills ]]; then
    kill_at_random
    exit
fi

# As long as the faults take, on a fast machine and a slow one; what has steps to end by has weights to compare.
length=20
if [[ $mode == named ]]; then
    budget=75
    [[ " ${chosen[*]} " != *" slow-"* ]] || budget=$((60 + ${SLOW:-60}))
    [[ " ${chosen[*]} " != *" clocks "* ]] || budget=240
    grid 1 "$(printf '"budget": "00:%02d:%02d"' $((budget / 60)) $((budget % 60)))" >"$work/1.json"
    run 1 "${chosen[@]}"
    [[ " ${chosen[*]} " != *" clocks "* ]] || within_budget "$work/1.results" || fail "the budget was not kept"
    echo "${#chosen[@]} faults; no cell lost, none done twice"
    exit
fi
done_faults=0
while ((done_faults < rounds && SECONDS < deadline)); do
    seed=$((RANDOM * 2 + 10))
    grid "$seed" '"steps": 3000' >"$work/$seed.json"
    (cd "$work" && $icon run "$seed.json" --data "$work/undisturbed" --device cpu --threads 1 --json >"$seed.undisturbed" 2>>client.log) || fail "the undisturbed run failed"
    run "$seed" "${chosen[RANDOM % ${#chosen[@]}]}" "${chosen[RANDOM % ${#chosen[@]}]}"
    diff <(hashes "$work/$seed.undisturbed") <(hashes "$work/$seed.results") >&2 || fail "weights differ"
    done_faults=$((done_faults + 2))
done
echo "$done_faults faults; every cell completed, none done twice, weights equal"
