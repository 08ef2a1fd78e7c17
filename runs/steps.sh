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
