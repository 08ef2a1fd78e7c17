#!/usr/bin/env bash
# The embedded judge on two cores, without GPU, key or network: pairs from the Python code that is installed, a
# difference judge fitted on them, calibrated on functions that it has not learned from, benched beside the linear
# control, one report. A step that has finished is not done again; training goes on where it was stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-judge}
codefavor=${CODEFAVOR:-.venv/bin/codefavor}

source runs/steps.sh

step "$out/pairs/pairs.jsonl" "Preference pairs from installed code (Regress-Evol)" \
    "$codefavor" evolve regress-evol --source installed --max-pairs 6700 --max-files 20000 --out "$out/pairs"
step "$out/held-out.jsonl" "Held-out pairs: a tenth of the functions" \
    "$codefavor" pairs split "$out/pairs/pairs.jsonl" "$out/train.jsonl" "$out/held-out.jsonl" --ratio 0.9
"$codefavor" pairs stats "$out/train.jsonl"
step "$out/linear/judge.json" "The linear control" \
    "$codefavor" train --config configs/train/linear.yaml --pairs "$out/train.jsonl" --out "$out/linear"
resume=()
if [ -d "$out/embedded" ]; then resume=(--resume); fi
step "$out/embedded/judge.json" "The embedded judge" \
    "$codefavor" train --config configs/train/difference.yaml --pairs "$out/train.jsonl" --out "$out/embedded" "${resume[@]}"
step "$out/held-out/result.json" "The embedded judge on held-out pairs" \
    "$codefavor" bench run --judge "model:$out/embedded" --data "$out/held-out.jsonl" --out "$out/held-out"
step "$out/reliability.html" "Calibration" \
    "$codefavor" calibrate "$out/embedded" --run "$out/held-out" --plot "$out/reliability.html"
for judge in shorter "model:$out/linear" "model:$out/embedded"; do
    run=$out/bench/${judge##*[:/]}
    step "$run/result.json" "Bench: $judge" "$codefavor" bench run --judge "$judge" --data "$bench" --out "$run"
done
echo "== Report"
"$codefavor" report "$out"/bench/*/result.json --out "$out/report.html"
echo
echo "The report is at $out/report.html. To have every command ask the judge, joined with evidence, copy it to where"
echo "codefavor looks for one:"
echo "  mkdir -p ~/.local/share/codefavor && cp -r $out/embedded ~/.local/share/codefavor/judge"
