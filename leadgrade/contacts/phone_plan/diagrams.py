"""Decision diagrams over digits: functions from strings of exactly L digits to values, sharing equal parts.

A diagram is an integer. A negative one is a constant: its value for whatever digits are left. Any other is a node with
ten children, one for each value of the next digit. Equal nodes are made once, so that equal functions of the same
number of digits are the same integer, and work that is kept by integer is done once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

DIGITS = range(10)
State = tuple[int, ...]


class Diagrams:
    """A store of diagrams that refer to each other."""

    def __init__(self) -> None:
        self._nodes: list[State] = []
        self._node_ids: dict[State, int] = {}
        self.values: list[Hashable] = []
        self._constants: dict[Hashable, int] = {}
        self.false = self.constant(value=False)
        self.true = self.constant(value=True)

    def constant(self, value: Hashable) -> int:
        """The diagram that is this value for all digits. Values are told apart by type as well (``True`` is not 1)."""
        key = (type(value), value)
        if key not in self._constants:
            self.values.append(value)
            self._constants[key] = -len(self.values)
        return self._constants[key]

    def value(self, constant: int) -> Hashable:
        """The value of a constant diagram."""
        return self.values[-constant - 1]

    def node(self, children: Sequence[int]) -> int:
        """The diagram that goes on with the child of the next digit."""
        first = children[0]
        if first < 0 and all(child == first for child in children):
            return first
        key = tuple(children)
        found = self._node_ids.get(key)
        if found is None:
            found = self._node_ids[key] = len(self._nodes)
            self._nodes.append(key)
        return found

    def children(self, diagram: int) -> State:
        """What is left of the diagram after each digit."""
        return (diagram,) * 10 if diagram < 0 else self._nodes[diagram]

    def combine(self, roots: State, decide: Callable[[State], int | State]) -> int:
        """A function of several diagrams over the same digits.

        Args:
            roots: The diagrams.
            decide: Gets what is left of them after some digits. Gives the diagram that is the answer from there on, or the
                state to go on with, where parts that no longer matter should be constants, so that equal work is met again.
        """
        known: dict[State, int] = {}

        def walk(state: State) -> int:
            step = decide(state)
            if isinstance(step, int):
                return step
            found = known.get(step)
            if found is None:
                columns = [self.children(part) for part in step]
                found = known[step] = self.node([walk(part) for part in zip(*columns, strict=True)])
            return found

        return walk(roots)

    def map_values(self, diagram: int, change: Callable[[Hashable], Hashable]) -> int:
        """The diagram with every value changed."""
        known: dict[int, int] = {}

        def walk(part: int) -> int:
            if part not in known:
                if part < 0:
                    known[part] = self.constant(change(self.value(part)))
                else:
                    known[part] = self.node([walk(child) for child in self._nodes[part]])
            return known[part]

        return walk(diagram)

    def reachable(self, diagram: int, known: dict[int, frozenset[int]]) -> frozenset[int]:
        """The constants that a diagram can end in; ``known`` keeps the answers."""
        if diagram < 0:
            return frozenset((diagram,))
        if diagram not in known:
            known[diagram] = frozenset().union(*(self.reachable(c, known) for c in set(self._nodes[diagram])))
        return known[diagram]

    def switch(self, chooser: int, cases: dict[int, int]) -> int:
        """The diagram that goes on with ``cases[c]`` where the chooser ends in the constant ``c``."""
        order = tuple(cases)
        ends: dict[int, frozenset[int]] = {}

        def decide(state: State) -> int | State:
            if state[0] < 0:
                return state[1 + order.index(state[0])]
            left = self.reachable(state[0], ends)
            # cases that cannot be chosen any more do not matter
            return (state[0], *(c if name in left else self.false for name, c in zip(order, state[1:], strict=True)))

        return self.combine((chooser, *cases.values()), decide)

    def substitute(self, diagram: int, entries: Sequence[int], length: int) -> int:
        """The diagram over ``length`` digits that asks ``diagram`` of a number made from them.

        Args:
            diagram: Over ``len(entries)`` digits.
            entries: The digits of that number: positions from 0 in rising order, or ``-1 - d`` for the digit d itself.
            length: Number of digits given.
        """
        known: dict[tuple[int, int, int], int] = {}

        def walk(part: int, at: int, position: int) -> int:
            while at < len(entries) and entries[at] < 0:
                part, at = self.children(part)[-1 - entries[at]], at + 1
            if part < 0 or position == length:
                return part
            key = (part, at, position)
            if key not in known:
                used = at < len(entries) and entries[at] == position
                after = self.children(part) if used else (part,) * 10
                known[key] = self.node([walk(child, at + used, position + 1) for child in after])
            return known[key]

        return walk(diagram, 0, 0)
