"""Accounts of staff: who works here, with which roles, for whom."""

from flask import Response, abort, g, redirect
from flask.typing import ResponseReturnValue

from portal.bodies import service as bodies
from portal.desk import service
from portal.desk.forms import StaffForm
from portal.desk.routes import bp
from portal.web.access import reauthenticated, staff
from portal.web.pages import path, render


@bp.get("/desk/staff")
@staff("admin", "auditor")
def members() -> Response:
    return render("desk/staff.html", members=service.members())


@bp.route("/desk/staff/new", methods=["GET", "POST"])
@staff("admin")
@reauthenticated
def appoint() -> ResponseReturnValue:
    form = StaffForm()
    form.offer(bodies.names_by_slug())
    if form.validate_on_submit():
        with form.refusals():
            service.appoint(g.actor, **form.answers())
            return redirect(path("/desk/staff"), 303)
    return render("desk/staff_form.html", form=form, member=None)


@bp.route("/desk/staff/<int:account_id>", methods=["GET", "POST"])
@staff("admin")
@reauthenticated
def change(account_id: int) -> ResponseReturnValue:
    member = service.member(account_id) or abort(404)
    form = StaffForm(data={"name": member.name, "contact": member.email or member.phone,
                           "roles": member.roles, "body": member.body or "",
                           "area_code": member.area_code or ""})  # fmt: skip
    form.offer(bodies.names_by_slug())
    if form.validate_on_submit():
        with form.refusals():
            service.change(member, g.actor, roles=form.roles.data, body=form.body.data,
                           area_code=form.area_code.data)  # fmt: skip
            return redirect(path("/desk/staff"), 303)
    return render("desk/staff_form.html", form=form, member=member)


@bp.post("/desk/staff/<int:account_id>/end")
@staff("admin")
@reauthenticated
def end(account_id: int) -> ResponseReturnValue:
    form, found = StaffForm(), service.member(account_id) or abort(404)
    with form.refusals():
        service.end(found, g.actor)
    if form.errors:
        form.offer(bodies.names_by_slug())
        return render("desk/staff_form.html", form=form, member=found)
    return redirect(path("/desk/staff"), 303)
