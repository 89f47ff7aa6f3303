#!/usr/bin/env bash
# Fetches the SQL that Orleans needs in a fresh PostgreSQL, from Orleans' own repository at one commit, and verifies it.
#   deploy/fetch-sql.sh [FOLDER]      into FOLDER, deploy/sql by default, numbered in the order in which to load it
# ORLEANS_SOURCE=/path/to/orleans takes the files from a checkout instead of the network; the sums are checked all the same.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=${1:-$here/sql}
# The newest commit whose scripts were loaded and run with the Orleans version in Directory.Packages.props.
commit=e558829b0b0f696e98c222438106e643fb53928f
origin=https://raw.githubusercontent.com/dotnet/orleans/$commit/src/AdoNet

files=(
    623c15320e640cdd3e84d0668dcae481312f2631ac4977bf2eb8cf22e05deb8b Shared/PostgreSQL-Main.sql
    75682538351dc15ad74d86fab14110cca2603fd063d19cebc76118ff84c88328 Orleans.Clustering.AdoNet/PostgreSQL-Clustering.sql
    6913a5a83988e47a6239a8598f56cfcab529268f1f3cd57862de65b87bec2961 Orleans.Persistence.AdoNet/PostgreSQL-Persistence.sql
    3debf0bed0ca0b057bb7d3ec18d826dce6fb52b92b4de69a2100b5a2b3691bd9 Orleans.Reminders.AdoNet/PostgreSQL-Reminders.sql
    701c8bf6d035bcd73655b126c8dee9a4ec7121723f1be74ffe1fe2b836e53745 Orleans.GrainDirectory.AdoNet/PostgreSQL-GrainDirectory.sql
)

die() { printf 'fetch-sql: %s\n' "$1" >&2; exit 1; }

fetch() {
    if [[ -n ${ORLEANS_SOURCE:-} ]]; then
        cp "$ORLEANS_SOURCE/src/AdoNet/$1" "$2"
    else
        curl -fsSL --retry 3 "$origin/$1" -o "$2"
    fi
}

mkdir -p "$target"
staging=$(mktemp -d "$target/.fetch.XXXXXX")
trap 'rm -rf "$staging"' EXIT

number=1
for ((i = 0; i < ${#files[@]}; i += 2)); do
    sum=${files[i]} path=${files[i + 1]}
    file=$staging/$number-$(basename "$path")
    fetch "$path" "$file" || die "$path could not be fetched from ${ORLEANS_SOURCE:-$origin}"
    found=$(sha256sum "$file" | cut -d' ' -f1)
    [[ $found == "$sum" ]] || die "$path has the SHA-256 sum $found; wanted $sum. Nothing was kept."
    number=$((number + 1))
done
cp "$here/first-write.sql" "$staging/$number-first-write.sql"

# All or nothing: only verified files leave the staging folder.
mv "$staging"/*.sql "$target/"
chmod 644 "$target"/*.sql   # PostgreSQL's container reads them as a user of its own
printf 'fetch-sql: %s files of Orleans and one of ours are in %s\n' $((number - 1)) "$target"
