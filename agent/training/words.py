"""The words that synthetic screens show: real interface words, English-like invented ones, numbers, dates, addresses.

Every word belongs to one of two sides, by a hash of its lower-case letters: about one in ten is *held out*. A screen
for training shows no held-out word, a screen for measuring shows nothing else, so that a score speaks of unseen words.
No word list is shipped beside the one below, which was written by hand for this file.
"""

import hashlib
import random
import string
from collections.abc import Callable

HELDOUT_BELOW = 26
"""A word is held out when the first byte of its MD5 is below this: 26 of 256, about one in ten."""

ACTIONS = """
accept activate add adjust allow answer apply approve archive arrange ask assign attach back backup ban begin block book
bookmark browse build buy calculate call cancel capture change charge chat check checkout choose clear click clone close
collapse comment compare complete compose confirm connect continue convert copy count create crop customize cut deactivate
decline decrease delete deliver deny deploy detach disable discard discover dismiss dispatch donate download draft draw drop
duplicate edit eject email empty enable encrypt end enroll enter erase examine exclude execute exit expand explore export
extract favorite fetch filter find finish fix flag flip focus fold follow forward gather generate get give go group grow
guide hide hold host identify ignore import include increase inspect install invert invite join jump keep label launch
leave like link list listen load lock login logout look mark match maximize measure merge message minimize modify monitor
move mute name navigate notify offer open order organize pack pair pan parse paste pause pay pick pin plan play point post
preview previous next print proceed process promote protect publish pull purchase push query quit quote raise random rate
read reboot receive record recover redo refresh refund register reject release reload remind remove rename renew rent
repair repeat replace reply report request reserve reset resize resolve restart restore resume retry return reveal review
revoke rotate run sample save scan schedule scroll search select sell send separate set share shift ship show shuffle sign
skip snooze solve sort split stack start stay stop store stream submit subscribe suggest support switch sync tag take test
tidy toggle track trade train transfer translate trash trim try turn type undo unlock update upgrade upload use validate
verify view visit vote wait watch withdraw wrap write zoom
"""
NOUNS = """
account action activity address admin agenda agent album alert amount angle animal appointment area article asset audio
author balance banner barcode basket battery bill billing birthday board body border bottle box branch brand bridge brush
budget bug button cable calendar camera campaign candidate car card career cart case category cell center chain channel
chapter chart circle city class client clock cloud club code coffee collection color column company compass computer
contact content contract cookie corner country coupon course cover credit crew currency customer cycle dashboard data
database date day deal debit default degree demand department deposit depth design desk detail device diagram dialog
diary dinner direction discount disk display distance district dock document domain door dream drive duration editor
effect element energy engine entry error estimate event example expense expert export family feature fee feedback field
file filter finance flight floor folder font footer form forum frame friend fuel function game garden gender gift glass
goal grade grid ground guest guitar habit hall header health height help history holiday home hotel hour house icon idea
image inbox income index info input insight island issue item job journal journey kernel key keyboard keyword kitchen lab
lake lamp language laptop layer layout lesson letter level library license light limit line location log logo lunch
machine magazine mail main manual map margin market master matrix media meeting member memory menu metal method metric
mile minute mode model module money month morning motor mountain mouse movie museum music network news night node note
notice number object office option orange outline output owner page panel paper parent park parking part partner
password path patient payment pencil people percent period permission person phone photo picture pilot place plane planet
plant plate player playlist plugin pocket policy portal position postcode power preference president press price printer
priority prize problem product profile profit program project property prospect province proxy purpose quality quantity
quarter question queue radio rain range ranking ratio reader reason recipe record region remote reward ring river road
robot role room root route row rule salary sale scene school science score screen script season seat section sector
security sensor series server session setting shape shelf shop sidebar signal size sketch slide slot snow software song
sound source space speaker speed sport stage standard star state station status step stock storage story street string
student studio style subject suite summary surface survey symbol system table tail target task tax team template term
text theme thread ticket time timer title token topic total town traffic trail transaction travel tree trend trial
trip truck tunnel tutor unit user username vacation value vehicle vendor version video village visitor voice volume
voucher wallet warehouse warning water weather website wedding week weight wheel widget width window winter wire word work
worker workspace year zone
"""
QUALITIES = """
about active advanced all annual auto available basic best big black blue bold bright busy calm central cheap clean clever
cold common compact cool correct current custom daily dark dear deep digital direct double dry early easy empty exact
express external extra fair famous fast final fine first fixed flat free fresh full future general gentle global golden
good great green happy hard heavy hidden high hot huge instant internal joint kind large last late latest left light
little live local long loud low lucky major manual maximum medium minimum minor mobile modern monthly multiple narrow
national native natural near neat new nice noisy normal official old online only open optional original other partial
past perfect personal plain popular premium primary private proud public pure quick quiet rapid rare raw ready real recent
red related required rich right rough round royal safe same secondary secret secure sharp short silent silver similar
simple single slow small smart smooth social soft solid special square stable static steady still strong sunny sweet
tall thin tiny top total total trusted unique unknown upper urgent useful usual vacant valid visible warm weekly white
whole wide wild wise wrong yellow yearly young
"""
NAMES = """
Ada Adam Agnes Alan Albert Alice Amir Anna Anton Arthur Aisha Barbara Ben Bianca Boris Bruno Carla Carlos Cecilia Chen
Clara Claude Daniel Daria David Diana Diego Dmitri Edgar Edith Elena Eli Emil Emma Erik Esther Eva Farid Felix Fiona Frank
Frida George Grace Greta Hana Hannah Harry Hassan Helen Henry Hugo Ida Igor Ines Ingrid Irene Isaac Ivan Jack Jakob James
Jane Jasper Jin Joan John Jonas Joseph Julia Karim Karl Kate Kenji Laura Lea Leila Leo Linda Lisa Louis Lucas Lucy Luis
Maria Mark Martha Martin Mateo Max Maya Mei Mia Michael Mina Mira Mohamed Nadia Nina Noah Nora Olga Oliver Omar Oscar Otto
Pablo Paul Paula Peter Philip Priya Quentin Rachel Raj Ravi Robert Rosa Rudolf Ruth Samir Samuel Sara Simon Sofia Stefan
Susan Tanya Tara Theo Thomas Tim Tomas Ursula Vera Victor Viktor Walter Wanda Wei William Xavier Yara Yusuf Zoe
Abbott Adler Baker Becker Bell Bishop Brown Campbell Carter Castro Clark Cohen Cooper Costa Cruz Davis Diaz Dubois
Evans Fischer Fisher Foster Garcia Gibson Gomez Gray Green Hall Hansen Harris Hoffman Hughes Ivanov Jackson Jensen Johnson
Jones Kelly Kim King Klein Kumar Larsen Lee Lewis Lopez Lovelace Martinez Mason Meyer Miller Moore Morris Murphy Nguyen
Novak Olsen Parker Patel Perez Popov Price Reed Rivera Rossi Santos Schmidt Scott Silva Singh Smith Suzuki Taylor Turner
Vargas Wagner Walker Wang Watson Weber White Wilson Wood Wright Young Zhang Zimmer
Amsterdam Athens Austin Berlin Bern Bogota Boston Cairo Chicago Dakar Delhi Denver Dublin Florence Geneva Hamburg Havana
Helsinki Istanbul Jakarta Kyoto Lagos Lima Lisbon London Lyon Madrid Manila Miami Milan Munich Nairobi Naples Oslo Oxford
Paris Porto Prague Quito Rome Seoul Shanghai Sydney Tokyo Toronto Turin Vienna Warsaw Zurich
Argentina Austria Belgium Brazil Canada Chile China Croatia Cuba Cyprus Denmark Egypt Estonia Finland France Germany Ghana
Greece Hungary Iceland India Ireland Italy Japan Kenya Latvia Malta Mexico Morocco Nepal Norway Panama Peru Poland Portugal
Romania Serbia Spain Sweden Turkey Uruguay Vietnam Zambia
January February March April May June July August September October November December Monday Tuesday Wednesday Thursday
Friday Saturday Sunday English French German Italian Spanish Dutch Greek Arabic Hindi Korean Polish Russian Swedish
"""
SMALL = """
a about above after again all also an and any are around as at be because been before being below between both but by can
could did do does down during each even every few for from further had has have he her here him his how if in into is it
its just may me might more most much must my never no nor not now of off often on once one or our out over own she should
since so some soon such than that the their them then there these they this those through to too two under until up upon
us very was we well were what when where which while who why will with within without would yes yet you your
"""
LABELS = """
First name|Last name|Full name|Middle name|User name|Nickname|Email|E-mail|Email address|Password|Repeat password|Phone|Phone
number|Mobile|Street|Street address|City|State|Zip code|Postal code|Country|Company|Job title|Department|Website|Message|
Comment|Subject|Date of birth|Birthday|Age|Gender|Quantity|Amount|Price|Card number|Expiry date|Security code|Coupon code|
Order number|Invoice|Due date|Start date|End date|From|To|Cc|Search|Keywords|Title|Description|Notes|Tags|Category|Priority|
Room number|Seat|Flight|Passport|License plate|Serial number|Weight|Height|Width|Host|Port|Path|Branch|Reference|Your name
"""
CHECKS = """
I agree|I agree to the terms|Remember me|Keep me signed in|Subscribe|Send me news|Terms|Accept terms|Private|Public|Urgent|
Gift wrap|Express delivery|Same address|Notify me|Make default|Show password|Dark mode|Auto save|Use proxy|Enable sound|
Vegetarian|Window seat|Extra legroom|Breakfast|Airport pickup|Insurance|Receipt by email|Weekly digest|Do not disturb|
Allow comments|Share location|Two-step login|Read only|Hidden files|Include tax|Round trip|Pets|Smoking|Newsletter
"""
BUTTONS = """
OK|Cancel|Save|Save as|Save changes|Submit|Send|Sign in|Sign up|Log in|Log out|Register|Create account|Next|Back|Previous|
Continue|Finish|Apply|Reset|Clear|Close|Delete|Remove|Add|Add item|Add to cart|Buy now|Check out|Place order|Book now|Search|
Go|Start|Stop|Pause|Play|Edit|Copy|Paste|Undo|Redo|Print|Export|Import|Upload|Download|Refresh|Retry|Try again|Yes|No|Accept|
Decline|Confirm|Learn more|Read more|Show all|Show more|Load more|Get started|Join now|Subscribe|Follow|Share|Reply|Forward|
New file|New folder|Open|Open file|Find|Replace|Help|Settings|Sign out|Pay now|Update|Install|Login|Ok|Done|Choose file
"""
_ONSETS = "b c d f g h j k l m n p r s t v w y z bl br ch cl cr dr fl fr gl gr ph pl pr qu sc sh sk sl sm sn sp st str sw th tr tw wh".split()
_NUCLEI = ("a e i o u " * 6 + "y ai au ea ee ei ie oa oi oo ou ue ia io").split()
_CODAS = "b d f g k l m n p r s t x ck ct ft ld lk ll lt mp nd ng nk nt rd rk rm rn rt sh sk ss st th ch".split()
_ENDINGS = "able al ance ed en ent er ery est ful ic ing ion ish ism ist ity ive ize less ly ment ness or ous ship ty ure".split()
_HOSTS = ("com", "org", "net", "io", "edu", "de", "fr", "co")


def is_heldout(word: str) -> bool:
    """Whether `word` (letters of any case) is on the held-out side."""
    return hashlib.md5(word.lower().encode(), usedforsecurity=False).digest()[0] < HELDOUT_BELOW


def words_in(text: str) -> list[str]:
    """The words of `text` that the held-out rule speaks of: split at blanks, punctuation around them cut off.

    An address, a date or a code is one word.
    """
    parts = (part.strip(string.punctuation) for part in text.split())
    return [part for part in parts if part]


def belongs(text: str, *, heldout: bool) -> bool:
    """Whether every word of `text` is on the side asked for."""
    return all(is_heldout(word) == heldout for word in words_in(text))


def _phrases(block: str) -> list[str]:
    return [phrase.strip() for phrase in block.replace("\n", " ").split("|") if phrase.strip()]


class _Side:
    """The lists of one side of the held-out rule, made once per process."""

    def __init__(self, heldout: bool) -> None:
        def words(*blocks: str) -> list[str]:
            return sorted({w for block in blocks for w in block.split() if is_heldout(w) == heldout})

        def phrases(block: str) -> list[str]:
            return [p for p in _phrases(block) if belongs(p, heldout=heldout)]

        self.verbs, self.nouns = words(ACTIONS), words(NOUNS)
        self.qualities, self.names, self.small = words(QUALITIES), words(NAMES), words(SMALL)
        self.every = words(ACTIONS, NOUNS, QUALITIES)
        self.labels, self.checks, self.buttons = phrases(LABELS), phrases(CHECKS), phrases(BUTTONS)


_SIDES: dict[bool, _Side] = {}


def _side(heldout: bool) -> _Side:
    if heldout not in _SIDES:
        _SIDES[heldout] = _Side(heldout)
    return _SIDES[heldout]


class Words:
    """Draws words and short texts of one side of the held-out rule from `rng`; nothing else decides what comes."""

    def __init__(self, rng: random.Random, heldout: bool) -> None:
        self.rng = rng
        self.heldout = heldout
        self._side = _side(heldout)

    def _draw(self, make: Callable[[], str]) -> str:
        """What `make` gives first that is one word of our side (about ten tries when held out)."""
        while True:
            text = make()
            if is_heldout(text) == self.heldout:
                return text

    def pseudo(self) -> str:
        """An invented word of 3 to 11 letters that reads like English, lower case."""
        return self._draw(self._pseudo)

    def _pseudo(self) -> str:
        rng, word = self.rng, ""
        for _ in range(rng.choice((1, 1, 2, 2, 2, 3))):
            word += rng.choice(_ONSETS) if rng.random() < 0.85 or not word else ""
            word += rng.choice(_NUCLEI)
            word += rng.choice(_CODAS) if rng.random() < 0.5 else ""
        if rng.random() < 0.3:
            word += rng.choice(_ENDINGS)
        return word if 3 <= len(word) <= 11 else self._pseudo()

    def real(self) -> str:
        """A real English word, lower case."""
        return self.rng.choice(self._side.every)

    def word(self) -> str:
        """One lower-case word, real or invented."""
        return self.real() if self.rng.random() < 0.5 else self.pseudo()

    def name(self) -> str:
        """A capitalised name of a person, place, month or the like; one in three is invented."""
        return self.pseudo().capitalize() if self.rng.random() < 0.35 else self.rng.choice(self._side.names)

    def number(self) -> str:
        """A number, a price or a share."""
        rng = self.rng

        def make() -> str:
            kind, value = rng.random(), rng.randint(0, 10 ** rng.randint(1, 5))
            if kind < 0.65:
                return str(value)
            return f"{value}.{rng.randint(0, 99):02d}" if kind < 0.85 else f"{value:,}"

        return self._draw(make)

    def code(self) -> str:
        """A short code: letters, capitals or letters and digits without meaning, 2 to 8 characters."""
        rng = self.rng

        def make() -> str:
            letters = rng.choice((string.ascii_letters, string.ascii_uppercase, string.ascii_lowercase))
            letters += rng.choice(("", string.digits))
            text = "".join(rng.choice(letters) for _ in range(rng.randint(2, 7)))
            return text[:3] + "-" + text[3:] if len(text) > 4 and rng.random() < 0.2 else text

        return self._draw(make)

    def date(self) -> str:
        """A date, in one of the common notations, as one word."""
        rng = self.rng

        def make() -> str:
            year, month, day = rng.randint(1940, 2035), rng.randint(1, 12), rng.randint(1, 28)
            layout = rng.choice(("{0}-{1:02d}-{2:02d}", "{1:02d}/{2:02d}/{0}", "{2:02d}.{1:02d}.{0}", "{2}/{1}/{0}"))
            return layout.format(year, month, day)

        return self._draw(make)

    def email(self) -> str:
        """An address; its words are of our side too."""

        def make() -> str:
            user = (self.name() if self.rng.random() < 0.6 else self.word()).lower()
            user += self.rng.choice(("", "", "", ".x", "7", "42", "_1"))
            return f"{user}@{self.word()}.{self.rng.choice(_HOSTS)}"

        return self._draw(make)

    def phrase(self, num_words: int) -> str:
        """`num_words` lower-case words, content words mostly, with small ones between."""
        small = self._side.small
        picks = [self.rng.choice(small) if i % 3 == 2 and small else self.word() for i in range(num_words)]
        return " ".join(picks)

    def cased(self, text: str) -> str:
        """`text` in one of the cases that interfaces use."""
        kind = self.rng.random()
        if kind < 0.55:
            return text[:1].upper() + text[1:]
        if kind < 0.7:
            return text.title() if "'" not in text else text
        return text.upper() if kind < 0.8 else text

    def _listed(self, phrases: list[str], share: float) -> str | None:
        return self.rng.choice(phrases) if phrases and self.rng.random() < share else None

    def label(self) -> str:
        """A short name of one to three words for any control."""
        kind = self.rng.random()
        if kind < 0.62:
            return self.cased(self.word())
        if kind < 0.84:
            return self.cased(f"{self.word()} {self.word()}")
        if kind < 0.9:
            return self.code()
        if kind < 0.94:
            return self.name()
        return self.number() if kind < 0.96 else self.cased(self.phrase(3))

    def button(self) -> str:
        """The name of a button, link or menu item."""
        listed = self._listed(self._side.buttons, 0.3)
        if listed:
            return listed if self.rng.random() < 0.7 else self.cased(listed.lower())
        if self.rng.random() < 0.25 and self._side.verbs:
            return self.cased(f"{self.rng.choice(self._side.verbs)} {self.word()}")
        return self.label()

    def field(self) -> str:
        """The name of a text field."""
        return self._listed(self._side.labels, 0.4) or self.label()

    def check(self) -> str:
        """The name of a check box."""
        return self._listed(self._side.checks, 0.3) or self.label()

    def value(self) -> str:
        """What a person would type into a field."""
        kind = self.rng.random()
        if kind < 0.22:
            return self.name()
        if kind < 0.34:
            return f"{self.name()} {self.name()}"
        if kind < 0.62:
            return self.rng.choice((self.word, self.label))()
        if kind < 0.74:
            return self.number()
        makers = (self.email, self.code, self.date, self.code)
        return makers[self.rng.randrange(4)]() if kind < 0.94 else self.phrase(3)
