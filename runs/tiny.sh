#!/usr/bin/env bash
# The paper's study in small, on two cores, without GPU, key or network: what make demo makes, then three ablations of
# the linear control on it, and one of small neural judges, tested on held-out pairs. It shows that the machinery of the
# study works and what words alone give. It cannot show what a large base would: the control reads neither the
# instruction nor the logic of the code, the neural cells see few pairs, and all pairs come from Regress-Evol alone. For
# the study itself see paper.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-demo}
codefavor=${CODEFAVOR:-.venv/bin/codefavor}

bash runs/demo.sh "$out"
bench=${CODEFAVOR_BENCH:-../shared/codeprefbench}
if [ ! -d "$bench" ]; then bench=$out/held-out.jsonl; fi
for study in comments criterion data-size; do
    "$codefavor" ablate "configs/ablate/$study.yaml" --pairs "$out/train.jsonl" --data "$bench" --out "$out/ablate/$study"
done

# A judge of 30 layers takes about a second a comparison here, so the neural cells are tested on few pairs.
# By the seed of the first split all of these would stand on one side again.
test=$out/small-test.jsonl
if [ ! -e "$test" ]; then
    "$codefavor" pairs split "$out/held-out.jsonl" "$test" "$out/not-tested.jsonl" --ratio 0.2 --seed 1
fi
"$codefavor" ablate configs/ablate/small-decoder.yaml --pairs "$out/train.jsonl" --data "$test" --out "$out/ablate/small-decoder"
