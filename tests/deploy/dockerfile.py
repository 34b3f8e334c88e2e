"""A Dockerfile as stages of instructions; as much of its grammar as ours uses."""

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"


@dataclass
class Stage:
    """What stands between one FROM and the next. `lines`: (instruction, its arguments)."""

    image: str
    name: str
    lines: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        return [arguments for name, arguments in self.lines if name == instruction]

    def environment(self) -> dict[str, str]:
        """What ENV says, unexpanded."""
        return dict(re.findall(r"(\w+)=(\S+)", " ".join(self.all("ENV"))))


def stages() -> list[Stage]:
    """The stages, with the ARGs before the first FROM put in."""
    text = "\n".join(
        line for line in DOCKERFILE.read_text().splitlines() if not line.lstrip().startswith("#")
    )
    defaults: dict[str, str] = {}
    found: list[Stage] = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        instruction, _, arguments = line.strip().partition(" ")
        if not instruction:
            continue
        if instruction == "FROM":
            for name, value in defaults.items():
                arguments = arguments.replace(f"${{{name}}}", value)
            image, _, name = arguments.partition(" AS ")
            found.append(Stage(image, name))
        elif found:
            found[-1].lines.append((instruction, " ".join(arguments.split())))
        else:
            assert instruction == "ARG"
            defaults |= [tuple(arguments.split("=", 1))]  # type: ignore[list-item]
    return found
