#!/usr/bin/env bash
# The main job on two cores, without GPU, key or network: pairs from the Python code that is installed, two judges
# trained on them, both benched beside the baselines, one report. A step that has finished is not done again.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-demo}
codefavor=${CODEFAVOR:-.venv/bin/codefavor}

source runs/steps.sh

make_pairs --max-pairs 4500
train linear "The linear control" configs/train/linear.yaml
train decoder "The embedded decoder" configs/train/demo.yaml
bench_and_report shorter longer "model:$out/linear" "model:$out/decoder"
echo
echo "The report is at $out/report.html. Ask either judge about two files of yours:"
echo "  $codefavor compare a.py b.py --instruction '…' --criterion security --judge model:$out/linear"
