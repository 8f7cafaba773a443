"""On which day a festival falls, from the sun and the moon: no table to copy, none to mistrust.

春节 is the first day of the first lunar month, 端午节 the fifth of the fifth, 中秋节 the fifteenth
of the eighth, 清明节 the day on which the sun reaches the longitude of 15 degrees. A month begins
on the day of the new moon in Beijing; the month of the winter solstice is the eleventh; of thirteen
months between two solstices the first in which the sun enters no new sign is the leap month
(GB/T 33661-2017). New moon and sun after Meeus, Astronomical Algorithms, chapters 49 and 25: good
to seconds for the moon and a quarter of an hour for the sun.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from math import floor, radians, sin

MONTH_DAYS = 29.530588861
EPOCH = date(2000, 1, 1)
EPOCH_JULIAN_DAY = 2451545.0
BEIJING_DAYS = 8 / 24 - 72 / 86400  # eight hours ahead; clocks run 72 seconds behind dynamical time

# Amplitude in days; multiples of the anomalies of sun and moon and of the moon's latitude; the
# power of the eccentricity of the earth's orbit.
_MOON = (
    (-0.40720, 0, 1, 0, 0), (0.17241, 1, 0, 0, 1), (0.01608, 0, 2, 0, 0), (0.01039, 0, 0, 2, 0),
    (0.00739, -1, 1, 0, 1), (-0.00514, 1, 1, 0, 1), (0.00208, 2, 0, 0, 2), (-0.00111, 0, 1, -2, 0),
    (-0.00057, 0, 1, 2, 0), (0.00056, 1, 2, 0, 1), (-0.00042, 0, 3, 0, 0), (0.00042, 1, 0, 2, 1),
    (0.00038, 1, 0, -2, 1), (-0.00024, -1, 2, 0, 1), (-0.00007, 2, 1, 0, 0), (0.00004, 0, 2, -2, 0),
    (0.00004, 3, 0, 0, 0), (0.00003, 1, 1, -2, 0), (0.00003, 0, 2, 2, 0), (-0.00003, 1, 1, 2, 0),
    (0.00003, -1, 1, 2, 0), (-0.00002, -1, 1, -2, 0), (-0.00002, 1, 3, 0, 0), (0.00002, 0, 4, 0, 0),
)  # fmt: skip
# The pull of the planets: degrees at the epoch, degrees a month, days.
_PLANETS = (
    (299.77, 0.107408, 0.000325), (251.88, 0.016321, 0.000165), (251.83, 26.651886, 0.000164),
    (349.42, 36.412478, 0.000126), (84.66, 18.206239, 0.000110), (141.74, 53.303771, 0.000062),
    (207.14, 2.453732, 0.000060), (154.84, 7.306860, 0.000056), (34.52, 27.261239, 0.000047),
    (207.19, 0.121824, 0.000042), (291.34, 1.844379, 0.000040), (161.72, 24.198154, 0.000037),
    (239.56, 25.513099, 0.000035), (331.55, 3.592518, 0.000023),
)  # fmt: skip


@cache
def festivals(year: int) -> tuple[date, date, date, date]:
    """The days of 春节, 清明节, 端午节 and 中秋节 of a year."""
    months = _lunar_months(year)
    spring, fifth, eighth = months[1], months[5], months[8]
    return spring, _sun_reaches(15, date(year, 4, 5)), _nth(fifth, 5), _nth(eighth, 15)


def _nth(first: date, n: int) -> date:
    return first + timedelta(days=n - 1)


def _lunar_months(year: int) -> dict[int, date]:
    """Number of each month of a lunar year -> its first day. The leap month has none."""
    before, after = (_number(_sun_reaches(270, date(y, 12, 22))) for y in (year - 1, year))
    leap_year = after - before == 13
    months: dict[int, date] = {}
    number = 11
    for k in range(before, after):
        if k > before:
            first, following = _first_day(k), _first_day(k + 1)
            if leap_year and floor(_sun(first) / 30) == floor(_sun(following) / 30):
                leap_year = False  # only the first such month is the leap month
                continue
            number = number % 12 + 1
        months[number] = _first_day(k)
    return months


def _number(solstice: date) -> int:
    """The number of the new moon that begins the month of a day."""
    k = round((solstice - EPOCH).days / MONTH_DAYS) + 1
    while _first_day(k) > solstice:
        k -= 1
    return k


@cache
def _first_day(k: int) -> date:
    """The day in Beijing of the k-th new moon after 6 January 2000 (Meeus, 49.1)."""
    t = k / 1236.85
    moment = 2451550.09766 + MONTH_DAYS * k + 0.00015437 * t**2 - 0.000000150 * t**3
    eccentricity = 1 - 0.002516 * t - 0.0000074 * t**2
    sun = radians(2.5534 + 29.10535670 * k - 0.0000014 * t**2)
    moon = radians(201.5643 + 385.81693528 * k + 0.0107582 * t**2 + 0.00001238 * t**3)
    latitude = radians(160.7108 + 390.67050284 * k - 0.0016118 * t**2)
    node = radians(124.7746 - 1.56375588 * k + 0.0020672 * t**2)
    moment -= 0.00017 * sin(node)
    for days, s, m, f, power in _MOON:
        moment += days * eccentricity**power * sin(s * sun + m * moon + f * latitude)
    for degrees, each_month, days in _PLANETS:
        moment += days * sin(radians(degrees + each_month * k))
    return EPOCH + timedelta(days=floor(moment + BEIJING_DAYS - EPOCH_JULIAN_DAY + 0.5))


def _sun(day: date) -> float:
    """The apparent longitude of the sun in degrees at 00:00 of a day in Beijing (Meeus, 25)."""
    days = (day - EPOCH).days - 0.5 - BEIJING_DAYS
    t = days / 36525
    anomaly = radians(357.52911 + 35999.05029 * t - 0.0001537 * t**2)
    mean = 280.46646 + 36000.76983 * t + 0.0003032 * t**2
    centre = (1.914602 - 0.004817 * t) * sin(anomaly)
    centre += (0.019993 - 0.000101 * t) * sin(2 * anomaly) + 0.000289 * sin(3 * anomaly)
    node = radians(125.04 - 1934.136 * t)
    return (mean + centre - 0.00569 - 0.00478 * sin(node)) % 360


def _sun_reaches(degrees: int, near: date) -> date:
    """The day in Beijing on which the sun reaches a longitude, within a week of a day."""
    day = near - timedelta(days=7)
    while (_sun(day + timedelta(days=1)) - degrees) % 360 > 180:
        day += timedelta(days=1)
    return day
