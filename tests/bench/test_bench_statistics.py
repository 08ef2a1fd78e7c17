import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from codefavor.bench.statistics import ClusteredSample, paired_test

ONE = "security"


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def single(values: list[float], clusters: list[str]) -> ClusteredSample:
    return ClusteredSample(values, [ONE] * len(values), clusters)


def test_clusters_of_one_task_give_the_textbook_t_interval() -> None:
    values = [float(x) for x in rng().integers(0, 2, size=60)]
    estimate = single(values, [str(n) for n in range(60)]).estimate(rng())
    expected = stats.t.interval(0.95, 59, loc=np.mean(values), scale=stats.sem(values))
    assert estimate.stderr == pytest.approx(stats.sem(values))
    assert estimate.interval == pytest.approx(expected)


def test_equal_clusters_give_the_t_interval_of_their_means() -> None:
    values = rng().integers(0, 2, size=(30, 4)).astype(float)
    clusters = [str(n) for n in range(30) for _ in range(4)]
    estimate = single(list(values.ravel()), clusters).estimate(rng())
    means = values.mean(axis=1)
    assert estimate.interval == pytest.approx(stats.t.interval(0.95, 29, loc=means.mean(), scale=stats.sem(means)))


def test_bootstrap_agrees_with_scipy_over_cluster_means() -> None:
    values = rng().integers(0, 2, size=(80, 2)).astype(float)
    clusters = [str(n) for n in range(80) for _ in range(2)]
    ours = single(list(values.ravel()), clusters).bootstrap_interval(rng(), 4000)
    theirs = stats.bootstrap(
        (values.mean(axis=1),), np.mean, method="percentile", n_resamples=4000, rng=rng()
    ).confidence_interval
    assert ours == pytest.approx(tuple(theirs), abs=0.01)


def test_repeating_every_task_does_not_narrow_the_interval() -> None:
    values = [float(x) for x in rng().integers(0, 2, size=50)]
    clusters = [str(n) for n in range(50)]
    assert single(values * 5, clusters * 5).stderr() == pytest.approx(single(values, clusters).stderr())


def test_the_mean_is_over_strata_and_shared_clusters_correlate_them() -> None:
    first = [float(x) for x in rng().integers(0, 2, size=40)]
    clusters = [str(n) for n in range(40)]
    strata = ["correctness"] * 40 + ["efficiency"] * 40
    shared = ClusteredSample(first + first, strata, clusters + clusters)
    apart = ClusteredSample(first + first, strata, clusters + [f"other {n}" for n in clusters])
    assert shared.mean == apart.mean == pytest.approx(np.mean(first))
    assert shared.stderr() == pytest.approx(stats.sem(first))
    assert apart.stderr() == pytest.approx(stats.sem(first) / np.sqrt(2), rel=0.02)
    assert ClusteredSample([1.0, 1.0, 1.0, 0.0], ["a", "a", "a", "b"], list("wxyz")).mean == 0.5


def test_unanimity_keeps_a_width() -> None:
    estimate = single([1.0] * 20, [str(n) for n in range(20)]).estimate(rng())
    exact = stats.binomtest(20, 20).proportion_ci(0.95)
    assert estimate.interval == pytest.approx((exact.low, exact.high))
    assert single([1.0, 0.0], ["x", "x"]).t_interval(0, 1) == (0, 1)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    generator = rng()
    repeats, clusters = 400, 60
    names = [str(n) for n in range(clusters) for _ in range(3)]
    covered = naive = 0
    for _ in range(repeats):
        ability = generator.beta(1.4, 0.6, size=clusters)  # mean 0.7, tasks of a cluster alike
        values = (generator.random((clusters, 3)) < ability[:, None]).astype(float).ravel()
        low, high = single(list(values), names).t_interval(0, 1)
        covered += low <= 0.7 <= high
        low, high = single(list(values), [str(n) for n in range(len(values))]).t_interval(0, 1)
        naive += low <= 0.7 <= high
    assert 0.925 <= covered / repeats <= 0.975
    assert naive / repeats < 0.9  # what ignoring clusters would have cost


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=30), st.integers(1, 5))
def test_intervals_hold_the_estimate_and_stay_in_range(values: list[float], size: int) -> None:
    estimate = single(values, [str(n // size) for n in range(len(values))]).estimate(rng())
    low, high = estimate.interval
    assert 0 <= low <= estimate.value + 1e-12 and estimate.value - 1e-12 <= high <= 1


def test_sign_flips_agree_with_scipy_where_clusters_are_single() -> None:
    differences = [float(x) for x in rng().choice([-1, 0, 1], p=[0.15, 0.5, 0.35], size=60)]
    ours = paired_test(single(differences, [str(n) for n in range(60)]), rng())
    theirs = stats.permutation_test(
        (differences, [0.0] * 60),
        lambda x, y: np.mean(x - y),
        permutation_type="samples",
        n_resamples=10_000,
        rng=rng(),
    )
    assert ours.sign_flip_p == pytest.approx(theirs.pvalue, abs=0.01)
    assert ours.mcnemar_p == stats.binomtest(ours.first_better, ours.first_better + ours.second_better).pvalue


def test_few_clusters_are_flipped_exhaustively() -> None:
    test = paired_test(single([1.0] * 6, [str(n) for n in range(6)]), rng())
    assert test.sign_flip_p == 2 / 2**6
    assert paired_test(single([1.0] * 6, ["same"] * 6), rng()).sign_flip_p == 1.0
    assert paired_test(single([0.0], ["x"]), rng()).sign_flip_p == 1.0


def test_sign_flips_keep_their_level_where_mcnemar_does_not() -> None:
    generator = rng()
    names = [str(n) for n in range(25) for _ in range(6)]
    ours = mcnemar = 0
    for _ in range(200):
        differences = np.repeat(generator.choice([-1.0, 0.0, 1.0], size=25), 6)
        test = paired_test(single(list(differences), names), generator)
        ours += test.sign_flip_p < 0.05
        mcnemar += test.mcnemar_p < 0.05
    assert ours / 200 < 0.09
    assert mcnemar / 200 > 0.25


def test_a_sample_needs_matching_lengths() -> None:
    nothing: list[str] = []
    for values, clusters in [([], nothing), ([1.0], nothing)]:
        with pytest.raises(ValueError, match="at least one value"):
            single(values, clusters)
