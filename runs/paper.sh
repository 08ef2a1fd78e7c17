#!/usr/bin/env bash
# The whole study of "Learning Code Preference via Synthetic Evolution": two sets of pairs, four bases, two designs,
# merged judges, ablations, one report. It needs GPUs for the bases and servers that speak the OpenAI protocol for the
# critics; CRITIC and DRAFT hold their addresses. Every step is resumed by starting this again.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-study}
codefavor=${CODEFAVOR:-.venv/bin/codefavor}
: "${CODEFAVOR_BENCH:?the folder of CodePrefBench; see codefavor bench fetch --help}"
: "${CRITIC:?the base URL of a server for Llama-3-70B-Instruct}" "${DRAFT:?the base URL of a server for Llama-3-8B-Instruct}"
tasks=(--benchmark "$CODEFAVOR_BENCH/correctness-alignment.jsonl.gz" --benchmark "$CODEFAVOR_BENCH/efficiency-alignment.jsonl.gz"
    --benchmark "$CODEFAVOR_BENCH/security-alignment.jsonl.gz" --benchmark "$CODEFAVOR_BENCH/human-preference-alignment.jsonl.gz")

# Pairs (section 2.2): commits rephrased by the critic, and weak drafts revised by it.
"$codefavor" evolve commit-instruct --edit-pack hub:nuprl/EditPackFT-Multi --critic vllm/llama-3-70b-instruct --base-url "$CRITIC" \
    --concurrency 256 --out "$out/commit-instruct" "${tasks[@]}"
"$codefavor" evolve critic-evol --draft vllm/llama-3-8b-instruct --draft-url "$DRAFT" --critic vllm/llama-3-70b-instruct \
    --base-url "$CRITIC" --concurrency 256 --out "$out/critic-evol" "${tasks[@]}"

# Judges (section 2.1): each base learns each set in each design; the judges of one base and design are averaged.
for base in mistral-7b-instruct-v0.3 mistral-nemo-instruct-2407 gemma-2-9b-it llama-3-8b-instruct; do
    for design in classification generation; do
        for set in commit-instruct critic-evol; do
            judge=$out/judges/$base-$design-$set
            [ -e "$judge/judge.json" ] || "$codefavor" train --config "configs/train/$design.yaml" \
                --config "configs/train/bases/$base.yaml" --pairs "$out/$set/pairs.jsonl" --out "$judge"
        done
        merged=$out/judges/$base-$design
        [ -e "$merged/judge.json" ] || "$codefavor" merge "$merged-commit-instruct" "$merged-critic-evol" --out "$merged"
        "$codefavor" bench run --judge "model:$merged" --orders both --out "$out/bench/$base-$design"
    done
done

# The table (section 3), beside the baselines and judges that are only prompted.
for judge in shorter longer evidence chat:configs/judges/llama-3.1-405b.yaml chat:configs/judges/mistral-large-2.yaml; do
    name=${judge##*[:/]}
    "$codefavor" bench run --judge "$judge" --out "$out/bench/${name%.yaml}"
done
"$codefavor" report "$out"/bench/* --data "$CODEFAVOR_BENCH" --out "$out/report.html"

# Ablations (section 3.3 and Table 5).
for study in comments criterion objective mixture-or-merge; do
    "$codefavor" ablate "configs/ablate/$study.yaml" --pairs "$out/critic-evol/pairs.jsonl" --out "$out/ablate/$study"
done
