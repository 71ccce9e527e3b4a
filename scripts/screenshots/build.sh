#!/bin/sh
# A small build with groups and colours, as the runners of CI write them. $1: a test that passes or fails.
echo '::group::Environment'
echo "node $(node --version), npm $(npm --version)"
git log --color=always --oneline -n 8
echo '::endgroup::'
echo '::group::Changes'
git diff --color=always --stat HEAD~3 HEAD
echo '::endgroup::'
echo '::group::Sources'
git ls-files web | head -n 60
echo '::endgroup::'
echo 'Running the tests'
for step in 10 20 30 40 50 60 70 80 90 100; do printf '\r  preparing %3d %%' $step; sleep 0.05; done; echo
cd "$(dirname "$1")" || exit
FORCE_COLOR=1 node --test --test-reporter=spec "$(basename "$1")"
status=$?
[ $status = 0 ] || echo '::error file=sum.test.mjs,line=9::1 of 7 tests failed'
exit $status
