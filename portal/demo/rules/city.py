"""The whole fictional city, one life after the other; the same seed and day make the same city."""

from collections.abc import Iterator

from portal.demo.rules import agents, facts, identity, showcase
from portal.demo.rules.records import Registry
from portal.demo.rules.setting import KINDS, SOURCE, Dice, Door, Facts, Life, Setting, Town, Trade

STATUSES = (*["active"] * 43, *["cancelled"] * 4, *["revoked"] * 2, "moved_out")
DOOR_STATES = (*["valid"] * 44, *["expired"] * 4, "replaced", "revoked")
CAPITALS = ("10万元", "50万元", "100万元", "200万元", "500万元", "1000万元", "3000万元")
# How many subjects of a hundred each county has, roughly as its people are.
CROWDED = {"340403": 6, "340402": 2, "340404": 2, "340405": 2, "340421": 2}
SHARE_WITHOUT_RECORDS = 0.25


class City:
    """Makes ordinary lives by chance, after those that are shown."""

    def __init__(self, setting: Setting, seed: int) -> None:
        self.setting = setting
        self.dice = Dice(seed)
        self.registry = Registry(setting, self.dice)
        self.codes = identity.Codes(self.dice)
        # Dice of their own, so that what is reported does not change who is in the city.
        self.reports = Dice(seed + 1)
        self.trades = [trade for trade in setting.trades for _each in range(trade.weight)]
        self.towns = [t for t in setting.towns for _each in range(CROWDED.get(t.code[:6], 1))]

    def lives(self, count: int) -> Iterator[Life]:
        shown = len(showcase.SHOWCASE)
        yield from showcase.lives(self.setting, self.registry, self.reports)
        # Every town and every trade first has its turn; chance decides from then on.
        for place in range(count - shown):
            town, trade = self._turn(place)
            yield self._life(town, trade)

    def _turn(self, place: int) -> tuple[Town, Trade]:
        towns, trades = self.setting.towns, self.setting.trades
        if place < len(towns):
            return towns[place], trades[place % len(trades)]
        return self.dice.pick(self.towns), self.dice.pick(self.trades)

    def _life(self, town: Town, trade: Trade) -> Life:
        subject, first_ago, last_ago = self._subject(town, trade)
        records: list[Facts] = []
        if not self.dice.chance(SHARE_WITHOUT_RECORDS):
            code = subject["code"]
            records = list(self.registry.everyday(code, trade, first_ago, last_ago))
        is_open = subject["status"] == "active" and self.dice.chance(trade.door_share)
        door = self._door() if is_open else None
        is_agency = subject["industry"] == "property-agency"
        staff = list(agents.of_agency(self.setting, self.reports, subject)) if is_agency else []
        return Life(subject, records, door, self._facts(subject), staff)

    def _facts(self, subject: Facts) -> list[Facts]:
        if subject["industry"] not in self.setting.scenarios:
            return []
        quality = self.reports.pick(facts.COMMON)
        return list(facts.facts(self.setting, self.reports, subject, quality))

    def _subject(self, town: Town, trade: Trade) -> tuple[Facts, int, int]:
        dice, setting = self.dice, self.setting
        kind = dice.pick(trade.kinds)
        owner = identity.person(dice)
        status = dice.pick(STATUSES)
        first_ago = 30 + dice.below(8000)
        last_ago = 0 if status == "active" else dice.below(first_ago)
        name = identity.name(dice, kind, trade, town, owner)
        facts = {
            "code": self.codes.next(kind),
            "name": name,
            "kind": KINDS[kind],
            "status": status,
            "legal_representative": owner,
            "registered_on": setting.ago(first_ago),
            "ended_on": None if status == "active" else setting.ago(last_ago),
            "capital": dice.pick(CAPITALS) if kind == "91" else "",
            "scope": trade.scope,
            "address": identity.address(dice, town),
            "area_code": town.code,
            "industry": trade.scenario,
            "authority": setting.bodies[REGISTRARS[kind]],
            "source_unit": SOURCE,
            "former_names": self._former(kind, trade, town, owner, name),
            "signs": self._signs(kind, trade, town),
        }
        return facts, first_ago, last_ago

    def _former(
        self, kind: str, trade: Trade, town: Town, owner: str, name: str
    ) -> tuple[str, ...]:
        if not self.dice.chance(0.04):
            return ()
        former = identity.name(self.dice, kind, trade, town, owner)
        return (former,) if former != name else ()

    def _signs(self, kind: str, trade: Trade, town: Town) -> tuple[str, ...]:
        is_soup = trade.scenario == "beef-soup"
        if not self.dice.chance(0.8 if is_soup else 0.12 if kind == "92" else 0.02):
            return ()
        many = 2 if self.dice.chance(0.1) else 1
        return tuple(identity.sign(self.dice, trade, town) for _each in range(many))

    def _door(self) -> Door:
        state = self.dice.pick(DOOR_STATES)
        return Door(state, identity.door_id(self.dice), identity.door_id(self.dice))


REGISTRARS = {
    "91": "market-regulation", "92": "market-regulation", "93": "market-regulation",
    "51": "civil-affairs", "52": "civil-affairs", "11": "establishment", "12": "establishment",
}  # fmt: skip
