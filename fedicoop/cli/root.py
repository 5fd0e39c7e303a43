"""Every command and where it lives: the table is the manual."""

from fedicoop.cli.command import LazyGroup

PLACES = {
    "demo": "demo:demo",
    "init": "starting:init",
    "admin": "starting:admin",
    "serve": "serving:serve",
    "worker": "serving:worker",
    "coop": "coop:coop",
    "peer": "peer:peer",
    "relay": "relay:relay",
    "listing": "listing:listing",
    "member": "member:member",
    "mail": "mail:mail",
    "inspect": "inspect:inspect",
    "outbox": "outbox:outbox",
    "keys": "keys:keys",
    "doctor": "doctor:doctor",
    "errors": "errors:errors",
    "config": "config:config",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "db": "moving:db",
    "move-domain": "move_domain:move_domain",
    "version": "about:version",
    "completion": "about:completion",
}

root = LazyGroup(
    "fedicoop",
    places=PLACES,
    examples=(
        "fedicoop demo",
        "fedicoop init --data-dir coop --origin https://velo.example --name Vélo --handle velo",
    ),
)
