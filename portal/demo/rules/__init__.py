"""A fictional Huainan, made by chance from a seed."""

from portal.demo.rules.city import City
from portal.demo.rules.setting import Door, Life, Reported, Setting, Town, Trade
from portal.demo.rules.showcase import CODES, SHOWCASE, Shown

__all__ = [
    "CODES",
    "SHOWCASE",
    "City",
    "Door",
    "Life",
    "Reported",
    "Setting",
    "Shown",
    "Town",
    "Trade",
]
