"""Tables of distances in plain numpy: labels along an elimination tree.

Nodes are taken out of the graph one after another, least neighbours first; the neighbours of each are joined by shortcuts. The first
neighbour that goes after a node is its parent in the *elimination tree*. A shortest path climbs from its origin along ancestors
and descends to its destination, so the distances of a node to and from its ancestors, its *label*, are all that a pair needs: the best
sum over the ancestors that the two share. Networks of railways and roads have low trees, about 80 nodes on the embedded one.

Order and shortcuts do not depend on weights. They are those of the factor of a sparse matrix with the same pattern (scipy's
SuperLU, minimum degree). Numbers stay whole, so the distances are those of the trees of `_graph`, to the unit.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

from corridors.units import Floats

_EXCESS = 1e-6
"""What the diagonal exceeds the degree by: enough to be regular, too little for an entry of the factor to fade to zero."""


class Order:
    """What does not change with weights: ranks of nodes, shortcuts, and the triangles by which these are weighed.

    Parameters
    ----------
    n
        Number of nodes.
    tail, head
        Of each arc; each pair of nodes at most once in each direction, and if in one then in both. Loops are left out.
    """

    def __init__(self, n: int, tail: Any, head: Any) -> None:
        self.is_arc = tail != head
        tail, head = tail[self.is_arc], head[self.is_arc]
        degree = np.bincount(tail, minlength=n)
        ends = np.concatenate([tail, np.arange(n)]), np.concatenate([head, np.arange(n)])
        matrix = csc_array((np.concatenate([-np.ones(len(tail)), degree + _EXCESS]), ends), shape=(n, n))
        factor = splu(
            matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )  # fmt: skip
        self.n, self.rank = n, factor.perm_c.astype(np.int64)
        high, low = (side.astype(np.int64) for side in factor.L.nonzero())
        low, high = low[high > low], high[high > low]
        order = np.lexsort((high, low))
        self.low, self.high = low[order], high[order]
        """Ends of each shortcut, as ranks; sorted."""
        self.first = np.searchsorted(self.low, np.arange(n + 1))
        """First shortcut up from each rank."""
        self.parent = np.full(n, -1)
        has_parent = self.first[1:] > self.first[:-1]
        self.parent[has_parent] = self.high[self.first[:-1][has_parent]]
        self.depth, height = self._measure()
        lower, upper = self.rank[tail], self.rank[head]
        self.is_up = lower < upper
        self.shortcut = self._find(np.minimum(lower, upper), np.maximum(lower, upper))
        """Of each arc that is no loop: whether it leads up, and its shortcut."""
        self._triangles(height)

    def _measure(self) -> tuple[Any, Any]:
        """Return how far each rank is below its root, and above its lowest leaf."""
        depth, height = [0] * self.n, [0] * self.n
        parents = self.parent.tolist()
        for v, p in enumerate(parents):
            if p >= 0:
                height[p] = max(height[p], height[v] + 1)
        for v in range(self.n - 1, -1, -1):
            if parents[v] >= 0:
                depth[v] = depth[parents[v]] + 1
        return np.array(depth), np.array(height)

    def _find(self, low: Any, high: Any) -> Any:
        """Return the shortcut of each pair of ranks."""
        keys = self.low * self.n + self.high
        asked = low * self.n + high
        found = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        if not np.array_equal(keys[found] if len(keys) else asked[:0], asked):
            raise RuntimeError("the factor lacks an entry: its order cannot be used for distances")
        return found

    def _triangles(self, height: Any) -> None:
        """List, lowest first, the pairs of shortcuts up from a node beside the shortcut that joins their upper ends."""
        m = len(self.low)
        n_later = self.first[self.low + 1] - np.arange(m) - 1
        one = np.repeat(np.arange(m), n_later)
        other = one + 1 + np.arange(len(one)) - np.repeat(np.cumsum(n_later) - n_later, n_later)
        joined = self._find(self.high[one], self.high[other])
        level = height[self.low[one]]
        order = np.lexsort((joined, level))
        self.one, self.other, joined, level = one[order], other[order], joined[order], level[order]
        begins = np.ones(len(joined), dtype=bool)
        begins[1:] = (np.diff(joined) != 0) | (np.diff(level) != 0)
        self.begins = np.flatnonzero(begins)
        """First triangle of each run with the same shortcut to be weighed, `joined`, on the same level."""
        self.joined = joined[self.begins]
        self.levels = np.searchsorted(level, np.arange(height.max(initial=0) + 2))
        """First triangle of each level."""

    def ancestors(self, ranks: Any) -> Any:
        """Return the ancestor of each rank at each depth, itself included, -1 for none; one row a rank."""
        out = np.full((len(ranks), int(self.depth[ranks].max(initial=0)) + 1), -1)
        rows, at = np.arange(len(ranks)), ranks
        while len(rows):
            out[rows, self.depth[at]] = at
            at = self.parent[at]
            rows, at = rows[at >= 0], at[at >= 0]
        return out


class Labels:
    """An order under one set of costs.

    Parameters
    ----------
    order
        What was built once.
    cost
        Of each arc of the order; infinite is closed.
    """

    def __init__(self, order: Order, cost: Floats) -> None:
        self._order = order
        up, down = weights = np.full((2, len(order.low)), np.inf)
        weights[np.where(order.is_up, 0, 1), order.shortcut] = cost[order.is_arc]
        runs = np.searchsorted(order.begins, order.levels)
        for k in np.flatnonzero(np.diff(order.levels)).tolist():
            first, last = order.levels[k : k + 2]
            one, other = order.one[first:last], order.other[first:last]
            run = slice(*runs[k : k + 2])
            joined, begins = order.joined[run], order.begins[run] - first
            up[joined] = np.minimum(up[joined], np.minimum.reduceat(down[one] + up[other], begins))
            down[joined] = np.minimum(down[joined], np.minimum.reduceat(down[other] + up[one], begins))
        self._up, self._down = up, down

    def distances(self, sources: Any, targets: Any) -> Floats:
        """Return the distance from each node to each other one; infinite if there is no path."""
        over, rows = self._sorted_ancestors(sources)
        under, columns = self._sorted_ancestors(targets)
        there = self._labels(self._up, self._order.rank[np.asarray(sources, dtype=int)[rows]])
        back = self._labels(self._down, self._order.rank[np.asarray(targets, dtype=int)[columns]])
        best: Floats = np.full((len(rows), len(columns)), np.inf)
        for depth in range(min(over.shape[1], under.shape[1])):
            for here, beside in _shared_runs(over[:, depth], under[:, depth]):
                block = best[here, beside]
                np.minimum(block, there[here, depth, None] + back[None, beside, depth], out=block)
        out = np.empty_like(best)
        out[np.ix_(rows, columns)] = best
        return out

    def _sorted_ancestors(self, nodes: Any) -> tuple[Any, Any]:
        """Return the ancestors of nodes, sorted so that those below one ancestor follow one another, and their positions."""
        found = self._order.ancestors(self._order.rank[np.asarray(nodes, dtype=int)])
        positions = np.lexsort(found.T[::-1])
        return found[positions], positions

    def _labels(self, weight: Floats, ranks: Any) -> Floats:
        """Return the distance of each rank to its ancestors, one column a depth, by shortcuts of one direction."""
        order = self._order
        known = np.unique(order.ancestors(ranks))
        known = known[known >= 0]
        known = known[np.argsort(order.depth[known], kind="stable")]  # the root first
        row = np.empty(order.n, dtype=np.int64)
        row[known] = np.arange(len(known))
        depth = order.depth[known]
        label: Floats = np.full((len(known), int(depth.max(initial=0)) + 1), np.inf)
        label[np.arange(len(known)), depth] = 0.0
        n_up = order.first[known + 1] - order.first[known]
        begins = np.cumsum(n_up) - n_up
        shortcuts = np.repeat(order.first[known] - begins, n_up) + np.arange(n_up.sum())
        over, cost = row[order.high[shortcuts]], weight[shortcuts, None]
        bounds = np.searchsorted(depth, np.arange(1, label.shape[1] + 1))
        for d, (a, b) in enumerate(pairwise(bounds), start=1):
            part = slice(begins[a], begins[b - 1] + n_up[b - 1])
            sums = label[over[part], :d] + cost[part]
            label[a:b, :d] = np.minimum.reduceat(sums, begins[a:b] - begins[a], axis=0)
        return label[row[ranks]]


def _shared_runs(one: Any, other: Any) -> list[tuple[slice, slice]]:
    """Return where two columns of ancestors hold the same one; equal ones follow one another in each."""
    values, first, count = np.unique(one, return_index=True, return_counts=True)
    others, first_other, count_other = np.unique(other, return_index=True, return_counts=True)
    shared, i, j = np.intersect1d(values, others, assume_unique=True, return_indices=True)
    i, j = i[shared >= 0], j[shared >= 0]
    ends = zip(first[i], first[i] + count[i], first_other[j], first_other[j] + count_other[j], strict=True)
    return [(slice(a, b), slice(c, d)) for a, b, c, d in ends]
