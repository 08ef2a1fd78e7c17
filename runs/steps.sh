# What the scripts share that make everything on this machine: sourced by them, with $out and $codefavor set.

# CodePrefBench is not ours to ship. Without it the judges are benched on held-out pairs, which flatters them.
bench=${CODEFAVOR_BENCH:-../shared/codeprefbench}
if [ ! -d "$bench" ]; then
    bench=$out/held-out.jsonl
    echo "CodePrefBench is not here, so the judges are benched on held-out pairs of their own kind; for the real thing:"
    echo "  $codefavor bench fetch --help, then CODEFAVOR_BENCH=FOLDER bash $0"
fi

step() { # step FILE TITLE COMMAND...: run the command unless the file that it ends with is there
    local made=$1 title=$2
    shift 2
    echo "== $title"
    if [ -e "$made" ]; then echo "$made is there already"; else "$@"; fi
}

make_pairs() { # make_pairs OPTION...: pairs from installed code, a tenth of the functions held out
    step "$out/pairs/pairs.jsonl" "Preference pairs from installed code (Regress-Evol)" \
        "$codefavor" evolve regress-evol --source installed "$@" --out "$out/pairs"
    step "$out/held-out.jsonl" "Held-out pairs: a tenth of the functions" \
        "$codefavor" pairs split "$out/pairs/pairs.jsonl" "$out/train.jsonl" "$out/held-out.jsonl" --ratio 0.9
    "$codefavor" pairs stats "$out/train.jsonl"
}

train() { # train NAME TITLE CONFIG: train a judge on the pairs, from where it was stopped
    local resume=()
    if [ -d "$out/$1" ]; then resume=(--resume); fi
    step "$out/$1/judge.json" "$2" "$codefavor" train --config "$3" --pairs "$out/train.jsonl" --out "$out/$1" "${resume[@]}"
}

bench_and_report() { # bench_and_report JUDGE...
    local judge run
    for judge in "$@"; do
        run=$out/bench/${judge##*[:/]}
        step "$run/result.json" "Bench: $judge" "$codefavor" bench run --judge "$judge" --data "$bench" --out "$run"
    done
    echo "== Report"
    "$codefavor" report "$out"/bench/*/result.json --out "$out/report.html"
}
