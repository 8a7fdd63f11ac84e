"""The arrangement: its text, its pacts, its rules, and who has adopted it.

>>> from trilogue.arrangement import Action, Facts, parse_arrangement, shipped
>>> tisa = parse_arrangement(shipped("tisa-2014"))
>>> facts = Facts(
...     actor="KR",
...     originators=("KR",),
...     audience=("JP", "US"),
...     readers=("JP", "KR", "US"),
...     level="SECRET",
...     caveats=("ORCON", "TISA"),
...     subject="nuclear-test",
...     place="inside",
...     payload_type="seismic-event",
...     purposes=("warning",),
...     officers=1,
...     all_legs_have_pact=True,
... )
>>> tisa.rules.decide(Action.GRANT, facts).rules
('two-officers',)
"""

from trilogue.arrangement.adoption import Act, Adoption, Stand, State, advance, settle
from trilogue.arrangement.arrangement import Arrangement, Leg
from trilogue.arrangement.files import arrangement_digest, draw_up, root_file, shipped
from trilogue.arrangement.force import Force, Reason, governing, in_force
from trilogue.arrangement.parse import parse_arrangement
from trilogue.arrangement.region import Position, Where
from trilogue.arrangement.rules import Action, Decision, Facts, Rules
from trilogue.arrangement.show import render
from trilogue.arrangement.text import LANGUAGES, Lang, Pact, Participant

__all__ = [
    "LANGUAGES",
    "Act",
    "Action",
    "Adoption",
    "Arrangement",
    "Decision",
    "Facts",
    "Force",
    "Lang",
    "Leg",
    "Pact",
    "Participant",
    "Position",
    "Reason",
    "Rules",
    "Stand",
    "State",
    "Where",
    "advance",
    "arrangement_digest",
    "draw_up",
    "governing",
    "in_force",
    "parse_arrangement",
    "render",
    "root_file",
    "settle",
    "shipped",
]
