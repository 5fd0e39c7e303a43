"""Who becomes an admin: a name, and how they come back."""

from fedicoop.desk import answers
from fedicoop.desk.beginning import You
from fedicoop.errors import Misused
from fedicoop.members import actions as members
from fedicoop.members import passwords
from fedicoop.members.entering import has_mail
from fedicoop.node import Node
from fedicoop.web import forms
from fedicoop.web.forms import Form


async def read(node: Node, form: Form) -> You:
    """They come back by password, or by a link in a letter.  What is wrong is noted beside its field."""
    name, email = "", ""
    with form.checking("name"):
        name = answers.checked_name(forms.required(form, "name"))
    with form.checking("email"):
        email = members.checked_email(form["email"]) if form["email"] else ""
    with form.checking("password"):
        if form["password"]:
            passwords.checked(form["password"], known=(name, email))
        elif not (email and has_mail(node)):
            raise Misused("setup.no_way_back" if has_mail(node) else "setup.no_password")
    phc = await passwords.hash(form["password"]) if form["password"] and not form.wrong else None
    return You(name=name, email=email or None, password=phc)
