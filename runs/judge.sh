#!/usr/bin/env bash
# The embedded judge on two cores, without GPU, key or network: pairs from the Python code that is installed, a
# difference judge fitted on them, calibrated on functions that it has not learned from, benched beside the linear
# control, one report. A step that has finished is not done again; training goes on where it was stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-judge}
codefavor=${CODEFAVOR:-.venv/bin/codefavor}

source runs/steps.sh

make_pairs --max-pairs 6700 --max-files 20000
train linear "The linear control" configs/train/linear.yaml
train embedded "The embedded judge" configs/train/difference.yaml
step "$out/held-out/result.json" "The embedded judge on held-out pairs" \
    "$codefavor" bench run --judge "model:$out/embedded" --data "$out/held-out.jsonl" --out "$out/held-out"
step "$out/reliability.html" "Calibration" \
    "$codefavor" calibrate "$out/embedded" --run "$out/held-out" --plot "$out/reliability.html"
bench_and_report shorter "model:$out/linear" "model:$out/embedded"
echo
echo "The report is at $out/report.html. To have every command ask the judge, joined with evidence, copy it to where"
echo "codefavor looks for one:"
echo "  mkdir -p ~/.local/share/codefavor && cp -r $out/embedded ~/.local/share/codefavor/judge"
