"""What the sandbox is asked for and what comes back, as the rest of the program sees it: jobs, calls, outcomes."""

from dataclasses import dataclass, field
from typing import Any, Literal

from codefavor.sandbox.wire import ProcessLimits, Raised

ProcessEnd = Literal["finished", "exited", "signal", "wall", "output", "lost"]
"""How a candidate's process ended: by itself, with a status, by a signal (memory, processor time, a crash), by our
clock, by writing too much, or in a way that the sandbox itself could not follow."""
OutcomeStatus = Literal["returned", "raised", "too large", "exhausted", "died", "not run"]
"""How a call ended; "exhausted" is the counted budget, "died" took the process along."""


@dataclass(frozen=True)
class SandboxCall:
    """One piece of work: Python source whose last expression is the result."""

    source: str
    """Statements and a last expression, in the candidate's own names."""
    budget: int = 1_000_000
    """Bytecode instructions before it is stopped; 0 skips the counted run."""
    repeats: int = 0
    """How often it is timed, without counting."""
    meter: bool = False
    """Whether the work of C functions is measured, in a run of its own; what it may cost is `budget` too."""


@dataclass(frozen=True)
class Job:
    """Everything that is to be done with one candidate."""

    code: str
    """The candidate."""
    calls: tuple[SandboxCall, ...] = ()
    """What is called, in this order."""
    stop_after: int = 0
    """For calls that only get larger: skip those after one that spent its budget, or that took longer than this many
    nanoseconds when timed; 0 skips none."""
    program: bool = False
    """Run the candidate as a program instead, as `__main__`."""
    stdin: str = ""
    """What a program finds on standard input."""
    limits: ProcessLimits = ProcessLimits()
    """Limits of every process of this candidate."""
    budget: int = 5_000_000
    """Bytecode instructions that loading the code may take."""


@dataclass(frozen=True)
class CallOutcome:
    """What came of one call, as the candidate's own process reports it."""

    status: OutcomeStatus
    """How it ended."""
    value: Any = None
    """The value returned, made of plain built-in values, `Kept` and `Opaque`."""
    raised: Raised | None = None
    """The exception."""
    stdout: str = ""
    """What it printed, cut at 2,000 characters."""
    opcodes: int | None = None
    """Bytecode instructions executed."""
    mutated: bool | None = None
    """Whether the arguments were changed; None where that could not be told."""
    nanoseconds: int | None = None
    """The least processor time of the repeats."""
    cost: int | None = None
    """The work of C functions, in bytecode instructions; None where it was not measured."""
    unpriced: tuple[str, ...] = ()
    """The functions that were given much work and have no price, by name."""


@dataclass(frozen=True)
class JobResult:
    """What came of a job."""

    loading: CallOutcome
    """What came of loading the code (of running it, for a program)."""
    outcomes: tuple[CallOutcome, ...]
    """One for every call."""
    ended: ProcessEnd
    """How the last process of the candidate ended."""
    status: int
    """Its exit status; negative is the number of a signal."""
    stdout: str = ""
    """What went to standard output and error past the calls, cut."""
    refused: tuple[str, ...] = ()
    """What a program tried and was refused, as its interpreter noted it."""
    cpu_seconds: float = 0.0
    """Processor time of all its processes, by the kernel's account."""
    unsafe: bool = False
    """Whether it ran without a full sandbox, by the user's leave."""


@dataclass(frozen=True)
class Layers:
    """What protects this machine from a candidate."""

    states: dict[str, str] = field(default_factory=dict)
    """Every layer with "on" or why it is off."""
    attacks: dict[str, str] = field(default_factory=dict)
    """Every attack tried at start with "held" or what got through."""

    @property
    def safe(self) -> bool:
        """Whether every attack was held."""
        return bool(self.attacks) and all(outcome == "held" for outcome in self.attacks.values())
