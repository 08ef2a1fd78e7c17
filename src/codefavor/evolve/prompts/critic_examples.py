"""The critic's five worked examples, shown in an order drawn anew for every draft.

They are a bug, slow code, code against the language's grain, a security hole, and a draft that is good enough.
"""

from codefavor.record import Record


class Critique(Record):
    """What a critic says of a draft."""

    critique: str
    """Its thoughts on the draft."""
    good_enough: bool
    """Whether it leaves the draft as it is."""
    criterion: str | None = None
    """What the draft falls short of."""
    revised: str | None = None
    """The draft, revised to meet the criterion."""
    feedback: str | None = None
    """Why the revised code is better."""


class WorkedExample(Record):
    """One worked example."""

    instruction: str
    """What was asked for."""
    draft: str
    """A draft."""
    critique: Critique
    """What a good critic says of it."""


_BUG = WorkedExample(
    instruction="Write a function `moving_average(values, width)` that returns the average of every window of `width` "
    "neighbouring numbers.",
    draft="""def moving_average(values, width):
    averages = []
    for start in range(len(values) - width):
        averages.append(sum(values[start:start + width]) / width)
    return averages""",
    critique=Critique(
        critique="A list of n numbers has n - width + 1 windows, but the loop makes n - width: for [1, 2, 3] and width "
        "2 the answer is [1.5] where [1.5, 2.5] is due. The last window is always lost. Everything else is in order.",
        good_enough=False,
        criterion="The code returns an average for every window, the last one included.",
        revised="""def moving_average(values, width):
    averages = []
    for start in range(len(values) - width + 1):
        averages.append(sum(values[start:start + width]) / width)
    return averages""",
        feedback="The revised code also visits the window that ends at the last number. The draft stops one step "
        "early, so its result is too short by one for every input.",
    ),
)

_EFFICIENCY = WorkedExample(
    instruction="Write `common_words(first, second)` that returns, in the order of `first` and without repeats, the "
    "words of the list `first` that also occur in the list `second`.",
    draft="""def common_words(first, second):
    result = []
    for word in first:
        if word in second and word not in result:
            result.append(word)
    return result""",
    critique=Critique(
        critique="The result is right. But `word in second` walks through a list for every word, and `word not in "
        "result` through another, so the time grows with the product of the lengths. A set answers the first question "
        "at once, and a dictionary keeps order without repeats.",
        good_enough=False,
        criterion="The running time grows with the sum of the lengths of the two lists, not with their product.",
        revised="""def common_words(first, second):
    known = set(second)
    return list(dict.fromkeys(word for word in first if word in known))""",
        feedback="The revised code looks every word up in a set and removes repeats with a dictionary, in time "
        "proportional to the input. The draft searches two lists for each word, which is slow for long lists.",
    ),
)

_PYTHONIC = WorkedExample(
    instruction="Given a list of (name, score) tuples, write `best_per_name(results)` that returns a dictionary with "
    "the highest score of each name.",
    draft="""def best_per_name(results):
    best = {}
    for i in range(0, len(results), 1):
        name = results[i][0]
        score = results[i][1]
        if (name in best.keys()) == False:
            best[name] = score
        else:
            if score > best[name]:
                best[name] = score
            else:
                best[name] = best[name]
    return best""",
    critique=Critique(
        critique="It works, in a single pass. It is twice as long as it need be: indices instead of unpacking, a "
        "comparison with False, a branch that assigns a value to itself. All of it hides a simple idea: keep the "
        "larger of what is known and what is seen.",
        good_enough=False,
        criterion="The code is concise and uses the idioms of Python, so that its one idea can be seen at a glance.",
        revised="""def best_per_name(results):
    best = {}
    for name, score in results:
        best[name] = max(score, best.get(name, score))
    return best""",
        feedback="The revised code unpacks the tuples and says in one line that the larger score is kept. The draft "
        "spreads the same over indices, a comparison with False and a branch without effect.",
    ),
)

_SECURITY = WorkedExample(
    instruction="Write `find_user(connection, name)` that returns the row of the table `users` with the given name "
    "from an SQLite connection, or None.",
    draft="""def find_user(connection, name):
    query = f"SELECT * FROM users WHERE name = '{name}'"
    return connection.execute(query).fetchone()""",
    critique=Critique(
        critique="For ordinary names this does what is asked. But the name is pasted into the statement: a name such "
        "as ' OR '1'='1 returns a stranger's row, and a harmless apostrophe is a syntax error. SQLite takes parameters "
        "for this purpose.",
        good_enough=False,
        criterion="Text that comes from outside cannot change the meaning of the SQL statement.",
        revised="""def find_user(connection, name):
    query = "SELECT * FROM users WHERE name = ?"
    return connection.execute(query, (name,)).fetchone()""",
        feedback="The revised code hands the name over as a parameter, so it is only ever a value. The draft builds "
        "the statement from the name, which allows SQL injection.",
    ),
)

_GOOD_ENOUGH = WorkedExample(
    instruction="Write a function `is_anagram(a, b)` that says whether two strings consist of the same letters, upper "
    "and lower case being the same.",
    draft="""from collections import Counter

def is_anagram(a, b):
    return Counter(a.lower()) == Counter(b.lower())""",
    critique=Critique(
        critique="Counting is linear and the comparison is exact, repeated letters included. Case is ignored as asked. "
        "An empty string is an anagram of an empty string, which is sensible. Sorting would be no shorter and slower. "
        "Nothing significant is left to improve.",
        good_enough=True,
    ),
)

EXAMPLES = (_BUG, _EFFICIENCY, _PYTHONIC, _SECURITY, _GOOD_ENOUGH)
