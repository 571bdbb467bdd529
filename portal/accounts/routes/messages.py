"""What a person was told, with what became of the mail and the SMS."""

from flask import g, redirect
from flask.typing import ResponseReturnValue

from portal.accounts import service
from portal.accounts.forms import ActionForm
from portal.accounts.routes.entering import bp
from portal.web.access import signed_in
from portal.web.i18n import locale
from portal.web.pages import path, render
from portal.web.paging import links, page_number


@bp.get("/me/messages")
@signed_in
def messages() -> ResponseReturnValue:
    page = page_number()
    pages = max(1, -(-service.count_messages(g.actor) // service.PAGE_SIZE))
    return render(
        "accounts/messages.html",
        notices=service.notices_of(g.actor, language=locale(), page=page),
        unread=service.count_unread(g.actor),
        pages=links(page, pages),
        action=ActionForm(formdata=None),
    )


@bp.post("/me/messages/read")
@signed_in
def messages_read() -> ResponseReturnValue:
    service.mark_all_read(g.actor)
    return redirect(path("/me/messages"), 303)
