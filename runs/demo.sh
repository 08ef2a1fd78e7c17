#!/usr/bin/env bash
# The main job on two cores, without GPU, key or network: pairs from the Python code that is installed, two judges
# trained on them, both benched beside the baselines, one report. A step that has finished is not done again.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-demo}
codefavor=${CODEFAVOR:-.venv/bin/codefavor}

source runs/steps.sh

step "$out/pairs/pairs.jsonl" "Preference pairs from installed code (Regress-Evol)" \
    "$codefavor" evolve regress-evol --source installed --max-pairs 4500 --out "$out/pairs"
step "$out/held-out.jsonl" "Held-out pairs: a tenth of the functions" \
    "$codefavor" pairs split "$out/pairs/pairs.jsonl" "$out/train.jsonl" "$out/held-out.jsonl" --ratio 0.9
"$codefavor" pairs stats "$out/train.jsonl"
step "$out/linear/judge.json" "The linear control" \
    "$codefavor" train --config configs/train/linear.yaml --pairs "$out/train.jsonl" --out "$out/linear"
resume=()
if [ -d "$out/decoder" ]; then resume=(--resume); fi
step "$out/decoder/judge.json" "The embedded decoder" \
    "$codefavor" train --config configs/train/demo.yaml --pairs "$out/train.jsonl" --out "$out/decoder" "${resume[@]}"
for judge in shorter longer "model:$out/linear" "model:$out/decoder"; do
    run=$out/bench/${judge##*[:/]}
    step "$run/result.json" "Bench: $judge" "$codefavor" bench run --judge "$judge" --data "$bench" --out "$run"
done
echo "== Report"
"$codefavor" report "$out"/bench/*/result.json --out "$out/report.html"
echo
echo "The report is at $out/report.html. Ask either judge about two files of yours:"
echo "  $codefavor compare a.py b.py --instruction '…' --criterion security --judge model:$out/linear"
