"""What a reply to a grade may be: short, and without numbers of persons."""

from portal.core.errors import Refused
from portal.core.masking import mask_text
from portal.core.text import N_

LONGEST = 300
STATES = {
    "waiting": N_("等待审核"),
    "shown": N_("已显示"),
    "refused": N_("未通过"),
    "replaced": N_("已被新的代替"),
    "withdrawn": N_("已撤回"),
}


def checked(text: str) -> str:
    """The reply without needless blanks, or a refusal that says what to do."""
    words = " ".join(text.split())
    if not words:
        raise Refused("reply_empty", "text")
    if len(words) > LONGEST:
        raise Refused("reply_too_long", "text", length=len(words), longest=LONGEST)
    if mask_text(words) != words:
        raise Refused("reply_personal", "text")
    return words
