"""Every page of this room, for `app.py`."""

from fedicoop.members import (
    asking_pages,
    data_pages,
    device_pages,
    inviting_pages,
    joining_pages,
    me_pages,
    pages,
    passkey_pages,
    people_pages,
)

routes = [
    *pages.routes,
    *joining_pages.routes,
    *asking_pages.routes,
    *inviting_pages.routes,
    *people_pages.routes,
    *me_pages.routes,
    *device_pages.routes,
    *passkey_pages.routes,
    *data_pages.routes,
]
