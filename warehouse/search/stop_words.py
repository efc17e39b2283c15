"""Words that say nothing by themselves, folded, in both languages.

Written by hand from the closed word classes: articles, pronouns, prepositions, conjunctions,
auxiliaries. No word of the field is among them.
"""

from __future__ import annotations

from typing import Final

from warehouse.vocabulary import Language

_ENGLISH_WORDS: Final = """
a about above after again against all also am an and any are as at be because been before
being below between both but by can cannot could did do does doing down during each either
else few for from further get had has have having he her here hers herself him himself his
how however i if in into is it its itself just let may me might more most must my myself
neither no nor not now of off on once only onto or other our ours ourselves out over own per
same shall she should since so some such than that the their theirs them themselves then there
these they this those through thus to too under until up upon us very via was we were what
when where whether which while who whom whose why will with within without would yet you your
yours yourself yourselves etc eg ie want wants please tell show find me
"""
ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())
_FRENCH_WORDS: Final = """
a afin ai aient ainsi alors apres as au aucun aucune aupres aussi autre autres aux avaient avais
avait avant avec avez avoir avons c car ce ceci cela celle celles celui cependant ces cet cette
ceux chacun chacune chaque chez ci comme comment d dans de depuis des deux dont donc du durant
elle elles en encore entre es est et etaient etait etant etc ete etes etre eu eux faire fais
fait faut font furent fut ici il ils j je jusque l la laquelle le lequel les lesquelles lesquels
leur leurs lors lorsque lui m ma mais me meme memes mes moi moins mon n ne ni nos notre nous on
ont or ou par parmi pas pendant peu peut peuvent plus plusieurs plutot pour pourra pourrait
pourquoi puis qu quand que quel quelle quelles quels quelque quelques qui quoi s sa sans se
selon sera serait seront ses si sien soi soient soit sommes son sont sous suis sur t ta tandis
tant te tel telle telles tels tes toi ton tous tout toute toutes tres trop tu un une vers via
voici vos votre vous y veux veut
"""
FRENCH: Final = frozenset(_FRENCH_WORDS.split())

STOP_WORDS: Final = {Language.EN: ENGLISH, Language.FR: FRENCH}
"""Stop words by language."""
