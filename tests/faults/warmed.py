"""Loaded once by the process from which others are forked: to read the rulebook takes seconds, and
whatever is computed when it is first needed has been computed here."""

import api.app
import api.cli
import api.service
from cases.clock import machine_time
from cases.store import open_store
from tests.faults import victim
from tests.faults.town import ENFORCEABLE_AT, enforcer, license_all

_MEMORY = open_store("memory://", clock=machine_time)
_MEMORY.upgrade("production")
license_all(_MEMORY, range(1, 2))
enforcer(_MEMORY, ENFORCEABLE_AT).sweep()
READY = (api.app.create_app, api.cli.app, api.service.assemble, victim.act)
