"""What a command's help ends with: examples to copy, and what its exit codes mean.

Lines are as wide as they are written here; a test runs each example's options through the
command's own parser.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand, TyperGroup

_INTERRUPTED = ("130", "interrupted; a report holds what was judged by then")
_READ = (("0", "done"), ("2", "wrong use or bad input"), ("130", "interrupted"))

EXAMPLES: dict[str, tuple[str, ...]] = {
    "": (
        "rmsproof run                      # the ports kept here",
        "rmsproof check RMSProp.java       # your own",
        "rmsproof doc README.md            # the code in a document",
        "rmsproof identify seen.json       # what an optimizer did",
        "rmsproof --install-completion     # of commands and options, in your shell",
    ),
    "run": (
        "rmsproof run",
        "rmsproof run java clojure/returned --transport stdio",
        "rmsproof run scala --golden 'reference/float64/*' --json report.json",
        "rmsproof run --html report.html",
    ),
    "check": (
        "rmsproof check RMSProp.java",
        "rmsproof check mypackage.optim:RMSProp --dialect pytorch",
        "rmsproof check optim.py --expect known.toml --junit report.xml --github",
        "rmsproof check Trainer.java --adapter TrainerAdapter.java",
        "rmsproof check --timeout 2 -- ./my-port --flag",
        "rmsproof check --replay report.json",
    ),
    "adapt": (
        "rmsproof adapt Trainer.java",
        "rmsproof adapt models.py --class RMSTrainer --out check/trainer_adapter.py",
    ),
    "doc": (
        "rmsproof doc README.md docs/optimizers.ipynb",
        "rmsproof doc post.md --show-repaired",
        "rmsproof doc keras.md --dialect keras-3 --json -",
    ),
    "identify": ("rmsproof identify seen.json", "rmsproof identify seen.json --json -"),
    "record": (
        "rmsproof record -- python train.py --epochs 3",
        "rmsproof record --out seen.json -- python -m mypackage.train",
    ),
    "guests": ("rmsproof guests list", "rmsproof guests run mlx"),
    "guests list": ("rmsproof guests list", "rmsproof guests list | grep Java"),
    "guests run": ("rmsproof guests run --quick", "rmsproof guests run tfjs encog"),
    "guests record": (
        "rmsproof guests record --quick --out observations",
        "rmsproof guests record torch --out observations",
    ),
    "translate": (
        "rmsproof translate --from torch --to keras-3 lr=0.01 alpha=0.99",
        "rmsproof translate --from keras-3 --to optax momentum=0.9 weight_decay=0.004",
    ),
    "atlas": ("rmsproof atlas | less", "rmsproof atlas --out docs"),
    "power": ("rmsproof power", "rmsproof power --golden 'page-*' --json power.json"),
    "fuzz": (
        "rmsproof fuzz RMSProp.java",
        "rmsproof fuzz optim.py --dialect keras-3 --seconds 60 --seed 7",
        "rmsproof fuzz optim.py RMSProp.java         # against each other",
        "rmsproof fuzz optim.py -- ./my-port --flag  # likewise",
    ),
    "new": ("rmsproof new go my-port", "rmsproof new rust . --without-tools"),
    "matrix": (
        "rmsproof matrix --java 21 --system ubuntu-latest",
        "rmsproof matrix RMSProp.java optim.py --github",
    ),
    "protocol": ("rmsproof protocol", "rmsproof protocol reply | less"),
    "tutorial": ("rmsproof tutorial", "rmsproof tutorial plots --epochs 50"),
    "report": (
        "rmsproof report report.json --html report.html",
        "rmsproof report merge shard-1.json shard-2.json --out report.json",
    ),
    "report show": (
        "rmsproof report show report.json --html report.html",
        "rmsproof report show linux.json macos.json --junit report.xml",
        "rmsproof report show report.json --notebook report.ipynb",
    ),
    "report merge": (
        "rmsproof report merge 1.json 2.json 3.json --out report.json",
        "rmsproof report merge shards/*.json --out report.json",
    ),
    "golden": (
        "rmsproof golden show reference/float64/page-one-step",
        "rmsproof golden verify",
    ),
    "golden list": (
        "rmsproof golden list",
        "rmsproof golden list 'page-*' --precision float64 --dialect keras-3",
    ),
    "golden show": (
        "rmsproof golden show reference/float64/page-one-step",
        "rmsproof golden show e3c7795767899114",
    ),
    "golden verify": ("rmsproof golden verify", "rmsproof golden verify my-goldens"),
    "golden regenerate": ("rmsproof golden regenerate", "rmsproof golden regenerate my-goldens"),
    "golden export": (
        "rmsproof golden export my-goldens --dialect keras-3 --precision float32",
        "rmsproof golden export ../port --for junit",
    ),
    "dialects": ("rmsproof dialects list", "rmsproof dialects compare pytorch keras-3"),
    "dialects list": ("rmsproof dialects list", "rmsproof dialects list | grep epsilon"),
    "dialects show": ("rmsproof dialects show keras-3", "rmsproof dialects show epsilon=inside"),
    "dialects compare": (
        "rmsproof dialects compare pytorch keras-3",
        "rmsproof dialects compare reference epsilon=inside",
        "rmsproof dialects compare pytorch optax momentum=0.9",
    ),
}
"""By the command's words; what follows a # is for people."""

EXIT_CODES: dict[str, tuple[tuple[str, str], ...]] = {
    "": (
        ("0", "as expected"),
        ("1", "not as expected"),
        ("2", "wrong use or bad input"),
        ("3", "nothing could be judged"),
        ("130", "interrupted"),
    ),
    "run": (
        ("0", "every edition shows what its port.toml expects"),
        ("1", "one does not, for better or worse"),
        ("2", "wrong use or bad input"),
        ("3", "nothing could be judged: no toolchain"),
        _INTERRUPTED,
    ),
    "check": (
        ("0", "every port conforms, or differs just as --expect says"),
        ("1", "one does not: it diverges, crashes, ..., or one of several is not run"),
        ("2", "wrong use, no such target, or a shape that cannot be bound"),
        ("3", "nothing could be judged: no toolchain, or the port declines"),
        _INTERRUPTED,
    ),
    "adapt": (
        ("0", "written"),
        ("2", "wrong use, a source that does not load, or a file that is there already"),
        ("3", "no toolchain"),
        ("130", "interrupted"),
    ),
    "new": (
        ("0", "written"),
        ("2", "no such language or toolchain, or a folder that is not empty"),
        ("130", "interrupted"),
    ),
    "doc": (
        ("0", "every block that was to be judged conforms as published"),
        ("1", "one does not, prints something else than it says, or could not be run"),
        ("2", "wrong use, or a file that cannot be read"),
        ("3", "nothing to judge"),
        _INTERRUPTED,
    ),
    "fuzz": (
        ("0", "no case differs"),
        ("1", "one does, or a port crashes, hangs, does not compile, ..."),
        ("2", "wrong use or bad input, or a scheduler that is not there"),
        ("3", "nothing could be compared"),
        ("130", "interrupted; what was found by then is printed"),
    ),
    "identify": (
        ("0", "the same as claimed"),
        ("1", "anything else"),
        ("2", "wrong use or bad input"),
        ("130", "interrupted"),
    ),
    "record": (
        ("0", "the script's own, whatever it is"),
        ("2", "wrong use, or what cannot be started; or the script's own"),
    ),
    "guests run": (
        ("0", "every guest that ran is what the table of libraries says"),
        ("1", "one is not"),
        ("2", "wrong use or bad input"),
        ("3", "none could be run"),
        ("130", "interrupted"),
    ),
    "translate": (
        ("0", "there are settings that compute the same, whatever is fed"),
        ("1", "there are none, or only while the learning rate is constant"),
        ("2", "wrong use, no such library or setting"),
        ("130", "interrupted"),
    ),
    "tutorial": (
        ("0", "plots and notebook are written"),
        ("2", "the extra is not installed, or the folder cannot be written to"),
        ("3", "the notebook's kernel does not start"),
        ("130", "interrupted"),
    ),
    "golden": (
        ("0", "done"),
        ("1", "verify: a file is not what the reference defines"),
        ("2", "wrong use or bad input"),
        ("130", "interrupted"),
    ),
    "golden verify": (
        ("0", "every file is what the reference defines, byte for byte"),
        ("1", "one is not"),
        ("2", "wrong use or bad input"),
        ("130", "interrupted"),
    ),
}
"""By the command's words; those that only read or write end as `_READ` says."""


def _starters() -> list[tuple[str, str]]:
    from harness.report.starters import listing
    from harness.starters.starter import starters

    return listing(starters())


SECTIONS: dict[str, tuple[str, Callable[[], list[tuple[str, str]]]]] = {
    "new": ("Languages", _starters),
}
"""By the command's words: a section of its own, made when it is asked for."""


def _write(context: Any, formatter: Any) -> None:
    """Write what the help of a context's command ends with."""
    words = context.command_path.partition(" ")[2]
    if words in SECTIONS:
        title, rows = SECTIONS[words]
        with formatter.section(title):
            formatter.write_dl(rows())
    with formatter.section("Examples"):
        for line in EXAMPLES[words]:
            formatter.write(f"  {line}\n")
    with formatter.section("Exit codes"):
        for code, meaning in EXIT_CODES.get(words, _READ):
            formatter.write(f"  {code:3}  {meaning}\n")


class Command(TyperCommand):
    """A command whose help ends with examples and exit codes."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write them."""
        _write(ctx, formatter)


class Group(TyperGroup):
    """A group of commands whose help ends likewise."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write them."""
        _write(ctx, formatter)


class Reading(Group):
    """A group whose first command need not be named: what follows may be a file of its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put its name where it is left out."""
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)
