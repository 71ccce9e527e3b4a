#!/bin/bash
# The second step of action.yml: adds the digest of the stream to the summary of the job, or its link if there is none.
set -uo pipefail

# The commands were never begun.
[ -n "$LOOM_ID" ] || exit 0

if digest=$("$GITHUB_ACTION_PATH/bin/stream" digest --give-up-after 30s "$LOOM_ID"); then
  printf '%s\n' "$digest" >> "$GITHUB_STEP_SUMMARY"
else
  printf '[The log](<%s>) has no digest: the server could not be asked.\n' "$LOOM_LINK" >> "$GITHUB_STEP_SUMMARY"
fi
