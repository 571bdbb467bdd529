"""The pages of an objection: which field, on which ground, what is right."""

from markupsafe import Markup
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.core.text import N_
from portal.objections.rules import FIELDS, GROUNDS, WORDS_OF_OURS
from portal.web.filters import in_words
from portal.web.forms import CheckboxesField, PortalForm
from portal.web.i18n import _
from portal.web.wording import CASE_SENTENCES

SHOWN = Markup('{}<br><span class="muted" lang="zh-Hans">{}</span>')
SHOWN_IN_OURS = Markup('{}<br><span class="muted">{}</span>')
SENTENCES = {
    **CASE_SENTENCES,
    "objection_under_way": N_("关于这一条已经有一件异议在办，编号%(reference)s。请看它的进度。"),
    "objection_again": N_(
        "同样的事实已经答复过，编号%(reference)s。有新的证据，请在那一件里点“请再办一次”。"
    ),
    "field_missing": N_("请选择哪里不对"),
    "ground_missing": N_("请选择理由"),
    "claim_missing": N_("请写明正确的内容；选了几处，就分几行写"),
}


class StartForm(PortalForm):
    sentences = SENTENCES


class ClaimForm(PortalForm):
    fields = CheckboxesField(
        N_("哪里不对"),
        [InputRequired(N_("请选择哪里不对"))],
    )
    ground = RadioField(
        N_("理由"),
        [InputRequired(N_("请选择理由"))],
        choices=[SelectChoice(key, label) for key, label in GROUNDS.items()],
    )
    claimed = TextAreaField(
        N_("正确的内容是什么"),
        [
            InputRequired(N_("请写明正确的内容；选了几处，就分几行写")),
            Length(max=2000, message=N_("正确的内容最多2000字，请写短一些")),
        ],
        description=N_("选了几处，就分几行写，顺序与上面一样。日期写成2026-10-15"),
    )
    explanation = TextAreaField(
        N_("说明（可以不填）"),
        [Length(max=2000, message=N_("说明最多2000字，请写短一些"))],
        description=N_("例如证据在哪一份材料里。不用写身份证号和电话"),
    )
    sentences = SENTENCES

    def offer(self, target: str, shown: dict[str, str]) -> None:
        """Name each field with what it shows today."""
        self["fields"].choices = [
            SelectChoice(key, _shown(_(label), key, shown.get(key, "")))
            for key, label in FIELDS[target].items()
        ]


def in_our_words(value: str, field: str) -> str:
    """What stands in a field: words of ours in the page's language, a day written out."""
    return _(value) if value and field in WORDS_OF_OURS else in_words(value)


def _shown(label: str, field: str, value: str) -> Markup | str:
    """A field with what it shows today: in words of ours, or in Chinese as it stands."""
    said = in_our_words(value, field)
    return (SHOWN_IN_OURS if said != value else SHOWN).format(label, said) if value else label


class PromiseForm(PortalForm):
    promised = BooleanField(
        N_("我承诺以上内容和材料真实，愿意承担不实的责任"),
        [InputRequired(N_("请先核对，属实的请打勾"))],
    )
    sentences = SENTENCES
