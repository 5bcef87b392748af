"""English words that say nothing by themselves: articles, pronouns, prepositions, conjunctions, auxiliaries, some adverbs."""

from __future__ import annotations

_WORDS = """
    a about above across after again against all almost along already also although always am among amongst an
    and another any anybody anyone anything are aren't around as at be became because become becomes been before
    behind being below beside besides between beyond both but by can can't cannot could couldn't d despite did
    didn't do does doesn't doing don't done down during each eg either else etc even ever every everybody
    everyone everything except few for from further furthermore get gets go goes got had hadn't has hasn't have
    haven't having he he'd he'll he's hence her here hers herself him himself his how however i i'd i'll i'm
    i've ie if in indeed instead into is isn't it it's its itself just least less let's ll m made make makes
    many may maybe me meanwhile might mine more moreover most much must my myself near neither never
    nevertheless no nobody none nor not nothing now of off often on once one ones oneself only onto or other
    others otherwise ought our ours ourselves out over own per perhaps put quite rather re s same seem seemed
    seems several shall she she'd she'll she's should shouldn't since so some somebody someone something
    sometimes still such t than that that's the their theirs them themselves then there there's therefore these
    they they'd they'll they're they've this those though through throughout thus till to too toward towards
    under unless until up upon us usually ve very via was wasn't we we'd we'll we're we've were weren't what
    what's whatever when whenever where whereas wherever whether which whichever while who who's whoever whom
    whose why will with within without won't would wouldn't yet you you'd you'll you're you've your yours
    yourself yourselves
"""

STOP_WORDS = frozenset(_WORDS.split())
"""Lower case. Words of other languages are no stop words: there every word counts."""
