"""What is asked: for whom lists are made, of whom, and which links made after the cut they should foresee."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.evaluation.reading import Past, Positions
from ml.profiles import COUNTRIES

Direction = Literal["company-investor", "investor-company"]
Population = Literal["corridor", "all"]
DIRECTIONS: tuple[Direction, ...] = ("company-investor", "investor-company")
POPULATIONS: tuple[Population, ...] = ("corridor", "all")
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Block:
    """Queries that rank the same candidates.

    Attributes
    ----------
    queries, candidates : (q,) and (c,) positions of organizations
    relevant : (q, c) bool, a first link of the two in the tested period
    known : (q, c) bool, linked before the cut: left out of every list, since a first link cannot follow
    curated : (q, c) bool, relevant by an investor whose headquarters were set by hand
    """

    queries: Positions
    candidates: Positions
    relevant: Mask
    known: Mask
    curated: Mask


@dataclass(frozen=True, slots=True)
class Task:
    """One direction and population. `warm` is (q,) bool over the queries of all blocks: linked before the cut."""

    direction: Direction
    population: Population
    blocks: tuple[Block, ...]
    warm: Mask

    @property
    def n_queries(self) -> int:
        return len(self.warm)

    def relevant_counts(self, *, without_curated: bool = False) -> NDArray[np.int64]:
        """(q,) how many links each query's list should foresee."""
        masks = [
            block.relevant & ~block.curated if without_curated else block.relevant for block in self.blocks
        ]
        return np.concatenate([mask.sum(axis=1) for mask in masks]).astype(np.int64)


class Asker:
    """Makes the tasks of one cut.

    Parameters
    ----------
    past : what was known
    tested : frame of first links in the tested period, positions in the columns investor and company
    curated : (n,) bool, organizations whose headquarters were set by hand
    most_queries : more queries than this are sampled with the seed
    """

    def __init__(self, past: Past, tested: pd.DataFrame, curated: Mask, most_queries: int) -> None:
        self.past = past
        self.tested = tested
        self.curated = curated
        self.most_queries = most_queries
        kinds = past.organizations["kind"]
        self._of_role = {
            role: np.flatnonzero(kinds.isin(set(kinds[np.union1d(tested[role], linked)])).to_numpy())
            for role, linked in (("investor", past.investors), ("company", past.companies))
        }

    def task(self, direction: Direction, population: Population) -> Task:
        """All blocks of a task; none when no link was made."""
        asking, asked = direction.split("-")
        country = self.past.country
        links = self.tested
        if population == "corridor":
            links = links[country[links["investor"]] != country[links["company"]]]
        queries = np.unique(links[asking].to_numpy(dtype=np.intp))
        if len(queries) > self.most_queries:
            seeded = np.random.default_rng(self.past.random_state)
            queries = np.sort(seeded.choice(queries, self.most_queries, replace=False))
        blocks = tuple(self._blocks(links, queries, asking, asked, population))
        linked = self.past.companies if asking == "company" else self.past.investors
        order = np.concatenate([block.queries for block in blocks]) if blocks else np.empty(0, dtype=np.intp)
        return Task(direction, population, blocks, np.isin(order, linked))

    def _blocks(
        self, links: pd.DataFrame, queries: Positions, asking: str, asked: str, population: Population
    ) -> Iterator[Block]:
        candidates = self._of_role[asked]
        if population == "all":
            yield self._block(links, queries, candidates, asking, asked)
            return
        country = self.past.country
        for at in range(len(COUNTRIES)):
            here = queries[country[queries] == at]
            if len(here):
                yield self._block(links, here, candidates[country[candidates] != at], asking, asked)

    def _block(
        self, links: pd.DataFrame, queries: Positions, candidates: Positions, asking: str, asked: str
    ) -> Block:
        ends = {"company": self.past.companies, "investor": self.past.investors}
        relevant = _marked(queries, candidates, links[asking].to_numpy(), links[asked].to_numpy())
        investors = queries[:, None] if asking == "investor" else candidates[None, :]
        return Block(
            queries,
            candidates,
            relevant,
            _marked(queries, candidates, ends[asking], ends[asked]),
            relevant & self.curated[investors],
        )


def _marked(rows: Positions, columns: Positions, ones: Positions, others: Positions) -> Mask:
    """(rows, columns) bool, true where a pair of `ones` and `others` meets."""
    row, column = pd.Index(rows).get_indexer(pd.Index(ones)), pd.Index(columns).get_indexer(pd.Index(others))
    inside = (row >= 0) & (column >= 0)
    mask = np.zeros((len(rows), len(columns)), dtype=bool)
    mask[row[inside], column[inside]] = True
    return mask


def first_links(past: Past, links: pd.DataFrame, until: np.datetime64) -> pd.DataFrame:
    """First links that were surely made in the tested period, as positions in the columns investor and company."""
    index = pd.Index(past.organizations["id"])
    inside = links["first_pair"] & (links["first_day"] >= pd.Timestamp(past.before))
    inside &= links["last_day"] < pd.Timestamp(until)
    tested = pd.DataFrame(
        {
            "investor": index.get_indexer(pd.Index(links["investor_id"][inside])),
            "company": index.get_indexer(pd.Index(links["company_id"][inside])),
        }
    )
    return tested[(tested >= 0).all(axis=1)].reset_index(drop=True)
