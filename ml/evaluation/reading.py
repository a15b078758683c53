"""Organizations and dated links from files, and what of them was known before a cut."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.profiles import COUNTRIES

# Taken long after many of the links, or naming the table a row is from: they tell who was funded. No model sees them.
LATER_SNAPSHOTS = (
    "stage",
    "team_size",
    "team_band",
    "sbir_phase2_awards",
    "sbir_last_year",
    "source",
    "hq_source",
)
# A table of one accelerator's own classes: every link has the same investor.
LEFT_OUT_BENCH = "yc"

Positions = NDArray[np.intp]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What every model may learn from.

    Attributes
    ----------
    organizations : frame of n organizations without `LATER_SNAPSHOTS`, rows numbered from 0
    country : (n,) int8, positions in `COUNTRIES`
    investors, companies : (m,) positions of the two ends of every link surely dated before the cut, by date
    days : (m,) datetime64[D], the last day a link may have been made on
    before : the cut
    random_state : seed
    """

    organizations: pd.DataFrame
    country: NDArray[np.int8]
    investors: Positions
    companies: Positions
    days: Days
    before: np.datetime64
    random_state: int

    @property
    def ages(self) -> NDArray[np.float64]:
        """(m,) years between a link and the cut."""
        return np.asarray((self.before - self.days).astype(np.float64) / 365.25)

    def partnerships(self) -> pd.DataFrame:
        """The links as `Recommender.fit` takes them."""
        ids = self.organizations["id"].to_numpy()
        return pd.DataFrame(
            {"investor_id": ids[self.investors], "company_id": ids[self.companies], "date": self.days}
        )

    def without_links(self) -> Past:
        """The same organizations with nothing known of them."""
        return replace(self, investors=self.investors[:0], companies=self.companies[:0], days=self.days[:0])


def read_organizations(path: Path) -> pd.DataFrame:
    """Organizations of a JSON Lines file, one object a line."""
    with path.open(encoding="utf-8") as lines:
        return pd.DataFrame([json.loads(line) for line in lines if line.strip()])


def read_links(path: Path) -> pd.DataFrame:
    """Links of a CSV file; see `dated_links`."""
    return dated_links(pd.read_csv(path, dtype=str))


def dated_links(given: pd.DataFrame) -> pd.DataFrame:
    """Links with the first and the last day each may have been made on, by first day.

    Parameters
    ----------
    given : frame with investor_id, company_id, date (YYYY, YYYY-MM or YYYY-MM-DD) and maybe date_precision (year, month,
        day), first_pair and bench. Undated links, and those of `LEFT_OUT_BENCH`, are left out.

    Returns
    -------
    DataFrame with investor_id, company_id, first_day, last_day (datetime64[D] values) and first_pair (bool): as given,
    or, when the column is missing, true for the earliest link of a pair.

    Raises
    ------
    ValueError
        When one of the three columns is missing.
    """
    missing = [name for name in ("investor_id", "company_id", "date") if name not in given.columns]
    if missing:
        raise ValueError(f"partnerships lack the columns {', '.join(missing)}")
    links = given[["investor_id", "company_id"]].copy()
    links["first_day"], links["last_day"] = _span(given)
    links["bench"] = given["bench"] if "bench" in given.columns else ""
    if "first_pair" in given.columns:
        links["first_pair"] = given["first_pair"].astype(str).str.casefold().isin({"true", "1", "yes"})
    links = links[links["first_day"].notna()].sort_values("first_day", kind="stable", ignore_index=True)
    if "first_pair" not in given.columns:
        links["first_pair"] = ~links.duplicated(["investor_id", "company_id"])
    kept = links["bench"].ne(LEFT_OUT_BENCH)
    return links[kept].drop(columns="bench").reset_index(drop=True)


def _span(given: pd.DataFrame) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """First and last possible day of each date, at the coarser of what is written and what `date_precision` says."""
    parts = given["date"].astype(str).str.extract(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
    precision = given["date_precision"] if "date_precision" in given.columns else pd.Series("", given.index)
    month, day = parts[1].mask(precision.eq("year")), parts[2].mask(precision.isin(["year", "month"]))
    first = pd.to_datetime(
        parts[0] + "-" + month.fillna("01") + "-" + day.fillna("01"), format="%Y-%m-%d", errors="coerce"
    )
    last = first.where(day.notna(), first + pd.offsets.MonthEnd(0))
    last = last.where(month.notna(), first + pd.offsets.YearEnd(0))
    return first, last


def past_of(
    organizations: pd.DataFrame, links: pd.DataFrame, before: np.datetime64, random_state: int
) -> Past:
    """What was surely known before the cut: links whose last possible day is earlier."""
    index = pd.Index(organizations["id"])
    known = links[links["last_day"] < pd.Timestamp(before)]
    investors = index.get_indexer(pd.Index(known["investor_id"]))
    companies = index.get_indexer(pd.Index(known["company_id"]))
    found = (investors >= 0) & (companies >= 0)
    seen = [name for name in organizations.columns if name not in LATER_SNAPSHOTS]
    return Past(
        organizations=organizations[seen].reset_index(drop=True),
        country=organizations["country"].map(COUNTRIES.index).to_numpy(dtype=np.int8),
        investors=investors[found],
        companies=companies[found],
        days=known["last_day"].to_numpy(dtype="datetime64[D]")[found],
        before=before,
        random_state=random_state,
    )


def curated(organizations: pd.DataFrame) -> NDArray[np.bool_]:
    """(n,) bool, organizations whose headquarters were set by hand."""
    if "hq_source" not in organizations.columns:
        return np.zeros(len(organizations), dtype=bool)
    return np.asarray(organizations["hq_source"].eq("curated"), dtype=bool)
