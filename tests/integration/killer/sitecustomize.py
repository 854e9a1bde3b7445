"""Ends a function's process at a call drawn by a seed, before or after it: `os._exit`, as when the machine is gone.

Python imports a module of this name when it starts. The test puts its folder on the PYTHONPATH of the functions that
are to die, so the product holds no switch. KILLER says how: {"seed", "folder", "reach", "most"}. `folder` is shared by
all processes: each takes the next number there and follows from it, and writes down where it ends.
"""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from pathlib import Path
from random import Random

ADAPTERS = {
    "safelight.adapters.aws_json": ("AwsJson", "call"),
    "safelight.adapters.sms.base": ("SmsProvider", "send"),
    "safelight.adapters.schedules": ("AwsDeadlines", "set"),
}
"""Every call that leaves the functions of the alert path goes through one of these."""


def taken(folder, stem):
    """The next number of this name, for one process alone."""
    number = 0
    while True:
        try:
            Path(folder, f"{stem}.{number}").touch(exist_ok=False)
        except FileExistsError:
            number += 1
        else:
            return number


class Killer:
    def __init__(self, seed, folder, reach, most):
        self.name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.folder, self.most = folder, most
        drawn = Random(f"{seed} {self.name} {taken(folder, self.name)}")
        self.left, self.after = drawn.randint(1, reach), drawn.random() < 0.5

    def around(self, step, call):
        self.left -= 1
        if self.left == 0 and not self.after:
            self.end(f"before {step}")
        answer = call()
        if self.left == 0 and self.after:
            self.end(f"after {step}")
        return answer

    def end(self, where):
        if taken(self.folder, f"kill-{self.name}") < self.most:
            with Path(self.folder, "kills").open("a") as kills:
                kills.write(f"{self.name} {where}\n")
            os._exit(137)


class Finder(importlib.abc.MetaPathFinder):
    def __init__(self, killer):
        self.killer = killer

    def find_spec(self, name, path=None, target=None):
        if name not in ADAPTERS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            wrap(module, *ADAPTERS[name], self.killer)

        spec.loader.exec_module = exec_module
        return spec


def wrap(module, class_name, method, killer):
    owner = getattr(module, class_name)
    inner = getattr(owner, method)

    def around(self, *arguments, **named):
        step = f"{self._service}.{arguments[0]}" if class_name == "AwsJson" else f"{class_name}.{method}"
        return killer.around(step, lambda: inner(self, *arguments, **named))

    setattr(owner, method, around)


if "KILLER" in os.environ:
    sys.meta_path.insert(0, Finder(Killer(**json.loads(os.environ["KILLER"]))))
