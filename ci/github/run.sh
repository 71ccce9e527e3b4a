#!/bin/bash
# The first step of action.yml: runs the commands and streams their output. Its exit code is theirs.
set -euo pipefail

script=$(mktemp "$RUNNER_TEMP/loom-XXXXXX")
printf '%s\n' "$LOOM_RUN" > "$script"
commands=(
  env -u LOOM_TOKEN -u LOOM_URL -u LOOM_ID -u LOOM_RUN -u LOOM_GIVE_UP_AFTER
  bash --noprofile --norc -eo pipefail "$script"
)

build() {
  cd "$GITHUB_ACTION_PATH" && npm ci --ignore-scripts --no-audit --no-fund && npm run --silent build
}

# The images of GitHub have another program of the name `stream`.
stream=$GITHUB_ACTION_PATH/bin/stream
if [ ! -e "$GITHUB_ACTION_PATH/dist/cli/main.js" ] && ! (build) >&2; then
  echo '::warning::The command line of Loom cannot be built: the output of this step is not streamed.'
  exec "${commands[@]}"
fi

# The jobs of a matrix have one name.
random=$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')
id=${LOOM_ID:-github-${GITHUB_REPOSITORY//\//-}-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT-$GITHUB_JOB-$random}
if [[ $id == *$'\n'* ]]; then
  echo '::error::The id of a stream has no line break.'
  exit 1
fi
{
  echo "id=$id"
  echo "url=$("$stream" open --print "$id")"
} >> "$GITHUB_OUTPUT"

# shellcheck disable=SC2016 # The expressions are JavaScript's.
metadata=$(node -p 'JSON.stringify({
  repository: process.env.GITHUB_REPOSITORY, ref: process.env.GITHUB_REF, commit: process.env.GITHUB_SHA,
  run: `${process.env.GITHUB_SERVER_URL}/${process.env.GITHUB_REPOSITORY}/actions/runs/${process.env.GITHUB_RUN_ID}`,
})')
exec "$stream" run --id "$id" --metadata "$metadata" --give-up-after "$LOOM_GIVE_UP_AFTER" -- "${commands[@]}"
