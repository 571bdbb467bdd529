"""Codes, names, signs, people and addresses of fictional subjects."""

from portal.core.digits import CREDIT_ALPHABET, credit_check, organisation_check
from portal.core.ids import ALPHABET, to_letters
from portal.demo.rules import words
from portal.demo.rules.setting import Dice, Town, Trade

# A region that GB/T 2260 does not have: no code of the demo can ever be a real one.
REGION = "340499"
ORGANISATIONS = {"9": "MA", "5": "MJ", "1": "MB"}
ORGANISATION_DIGITS = 6
WIDEST_GAP = 500
DOOR_ID_LENGTH = 10


def credit_code(kind: str, organisation: str) -> str:
    """A code with both check digits, in the region that does not exist."""
    first17 = kind + REGION + organisation + organisation_check(organisation)
    return first17 + credit_check(first17)


class Codes:
    """Ever higher numbers with gaps of chance, as a registry gives them: quick to store, too."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.last = dice.below(10_000)

    def next(self, kind: str) -> str:
        self.last += 1 + self.dice.below(WIDEST_GAP)
        letters = to_letters(self.last, CREDIT_ALPHABET, ORGANISATION_DIGITS)
        return credit_code(kind, ORGANISATIONS[kind[0]] + letters)


def door_id(dice: Dice) -> str:
    return "".join([dice.pick(ALPHABET) for _place in range(DOOR_ID_LENGTH)])


def brand(dice: Dice) -> str:
    """The part of a name that tells firms apart: two or three uncommon characters."""
    return dice.pick(words.TRIPLES if dice.chance(0.6) else words.PAIRS)


def person(dice: Dice) -> str:
    return dice.pick(words.SURNAMES) + dice.pick(words.GIVEN)


def address(dice: Dice, town: Town) -> str:
    """A road that no map has, in a town that is real."""
    road = dice.pick(words.PAIRS) + dice.pick(words.ROAD_KINDS)
    return f"{town.county}{town.name}{road}{dice.below(600) + 1}号{dice.pick(words.ROOMS)}"


def name(dice: Dice, kind: str, trade: Trade, town: Town, owner: str) -> str:
    if kind == "91":
        return firm_name(dice, trade, town)
    if kind == "92":
        return shop_name(dice, trade, town, owner)
    line = dice.pick(trade.others)
    if kind == "93":
        return f"{_seat(dice, town)}{brand(dice)}{line}专业合作社"
    return f"{_seat(dice, town)}{brand(dice)}{line}"


def firm_name(dice: Dice, trade: Trade, town: Town) -> str:
    """Place, brand, trade, form: 淮南砚溪建筑劳务有限公司"""
    where = dice.pick(words.CITY_PREFIXES) if dice.chance(0.74) else town.county
    letters = dice.pick(words.LETTERS) if dice.chance(0.01) else ""
    called, line, form = brand(dice), dice.pick(trade.firms), dice.pick(words.FIRM_FORMS)
    if where == "淮南" and dice.chance(0.1):
        return f"{called}（淮南）{line}{form}"
    if dice.chance(0.04):
        return f"{where}{called}{line}{form}{town.county}{town.short}分公司"
    return f"{where}{letters}{called}{line}{form}"


def shop_name(dice: Dice, trade: Trade, town: Town, owner: str) -> str:
    """County, town, brand or owner, trade: 田家庵区陈砚秋水果店"""
    line = dice.pick(trade.shops)
    draw = dice.throw()
    if draw < 0.08:
        return f"{town.county}{owner}{line}"
    if draw < 0.25:
        return f"{town.county}{town.name}{brand(dice)}{line}"
    if draw < 0.37:
        return f"淮南市{town.county}{brand(dice)}{line}"
    if draw < 0.47:
        return f"{dice.pick(words.TRIPLES)}{line}"
    if draw < 0.48:
        return f"{town.county}{dice.pick(words.LETTERS)}{brand(dice)}{line}"
    return f"{town.county}{brand(dice)}{line}"


def sign(dice: Dice, trade: Trade, town: Town) -> str:
    """What stands over the door: 张记牛肉汤(田东店)"""
    is_soup = trade.scenario == "beef-soup"
    pattern = dice.pick(words.SOUP_SIGNS if is_soup else words.SHOP_SIGNS)
    said: str = pattern.format(
        surname=dice.pick(words.SURNAMES),
        brand=dice.pick(words.PAIRS),
        line=dice.pick(trade.shops or trade.firms or trade.others),
    )
    return f"{said}({town.short}{dice.pick(words.SIGN_PLACES)})" if dice.chance(0.6) else said


def _seat(dice: Dice, town: Town) -> str:
    draw = dice.throw()
    if draw < 0.35:
        return "淮南市"
    return town.county if draw < 0.6 else town.county + town.name
