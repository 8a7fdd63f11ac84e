"""The globe: what a picture page shows on it, as CZML in the reader's language.

| module | what it is |
| --- | --- |
| `reel` | packets by number, so that a page that has the older ones gets what changed |
| `flights`, `events` | what the node's picture puts into one, for one coalition |
| `voice` | what is said of each thing, in the words of the pages |

Nothing is shown that does not stand in the node's picture, which is made of what may be read now
and of nothing else; what is kept here is forgotten with it (`Picturing.beside`).
"""
