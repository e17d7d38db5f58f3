"""A hand-written list of words that interfaces use; `words` draws from it."""

ACTIONS = """
accept activate add adjust allow answer apply approve archive arrange ask assign attach back backup ban begin
block book bookmark browse build buy calculate call cancel capture change charge chat check checkout choose
clear click clone close collapse comment compare complete compose confirm connect continue convert copy count
create crop customize cut deactivate decline decrease delete deliver deny deploy detach disable discard discover
dismiss dispatch donate download draft draw drop duplicate edit eject email empty enable encrypt end enroll
enter erase examine exclude execute exit expand explore export extract favorite fetch filter find finish fix
flag flip focus fold follow forward gather generate get give go group grow guide hide hold host identify ignore
import include increase inspect install invert invite join jump keep label launch leave like link list listen
load lock login logout look mark match maximize measure merge message minimize modify monitor move mute name
navigate notify offer open order organize pack pair pan parse paste pause pay pick pin plan play point post
preview previous next print proceed process promote protect publish pull purchase push query quit quote raise
random rate read reboot receive record recover redo refresh refund register reject release reload remind remove
rename renew rent repair repeat replace reply report request reserve reset resize resolve restart restore resume
retry return reveal review revoke rotate run sample save scan schedule scroll search select sell send separate
set share shift ship show shuffle sign skip snooze solve sort split stack start stay stop store stream submit
subscribe suggest support switch sync tag take test tidy toggle track trade train transfer translate trash trim
try turn type undo unlock update upgrade upload use validate verify view visit vote wait watch withdraw wrap
write zoom
"""
"""Verbs of interfaces."""

NOUNS = """
account action activity address admin agenda agent album alert amount angle animal appointment area article
asset audio author balance banner barcode basket battery bill billing birthday board body border bottle box
branch brand bridge brush budget bug button cable calendar camera campaign candidate car card career cart case
category cell center chain channel chapter chart circle city class client clock cloud club code coffee
collection color column company compass computer contact content contract cookie corner country coupon course
cover credit crew currency customer cycle dashboard data database date day deal debit default degree demand
department deposit depth design desk detail device diagram dialog diary dinner direction discount disk display
distance district dock document domain door dream drive duration editor effect element energy engine entry error
estimate event example expense expert export family feature fee feedback field file filter finance flight floor
folder font footer form forum frame friend fuel function game garden gender gift glass goal grade grid ground
guest guitar habit hall header health height help history holiday home hotel hour house icon idea image inbox
income index info input insight island issue item job journal journey kernel key keyboard keyword kitchen lab
lake lamp language laptop layer layout lesson letter level library license light limit line location log logo
lunch machine magazine mail main manual map margin market master matrix media meeting member memory menu metal
method metric mile minute mode model module money month morning motor mountain mouse movie museum music network
news night node note notice number object office option orange outline output owner page panel paper parent park
parking part partner password path patient payment pencil people percent period permission person phone photo
picture pilot place plane planet plant plate player playlist plugin pocket policy portal position postcode power
preference president press price printer priority prize problem product profile profit program project property
prospect province proxy purpose quality quantity quarter question queue radio rain range ranking ratio reader
reason recipe record region remote reward ring river road robot role room root route row rule salary sale scene
school science score screen script season seat section sector security sensor series server session setting
shape shelf shop sidebar signal size sketch slide slot snow software song sound source space speaker speed sport
stage standard star state station status step stock storage story street string student studio style subject
suite summary surface survey symbol system table tail target task tax team template term text theme thread
ticket time timer title token topic total town traffic trail transaction travel tree trend trial trip truck
tunnel tutor unit user username vacation value vehicle vendor version video village visitor voice volume voucher
wallet warehouse warning water weather website wedding week weight wheel widget width window winter wire word
work worker workspace year zone
"""
"""What interfaces speak of."""

QUALITIES = """
about active advanced all annual auto available basic best big black blue bold bright busy calm central cheap
clean clever cold common compact cool correct current custom daily dark dear deep digital direct double dry
early easy empty exact express external extra fair famous fast final fine first fixed flat free fresh full
future general gentle global golden good great green happy hard heavy hidden high hot huge instant internal
joint kind large last late latest left light little live local long loud low lucky major manual maximum medium
minimum minor mobile modern monthly multiple narrow national native natural near neat new nice noisy normal
official old online only open optional original other partial past perfect personal plain popular premium
primary private proud public pure quick quiet rapid rare raw ready real recent red related required rich right
rough round royal safe same secondary secret secure sharp short silent silver similar simple single slow small
smart smooth social soft solid special square stable static steady still strong sunny sweet tall thin tiny top
total trusted unique unknown upper urgent useful usual vacant valid visible warm weekly white whole wide wild
wise wrong yellow yearly young
"""
"""Adjectives and the like."""

NAMES = """
Ada Adam Agnes Alan Albert Alice Amir Anna Anton Arthur Aisha Barbara Ben Bianca Boris Bruno Carla Carlos
Cecilia Chen Clara Claude Daniel Daria David Diana Diego Dmitri Edgar Edith Elena Eli Emil Emma Erik Esther Eva
Farid Felix Fiona Frank Frida George Grace Greta Hana Hannah Harry Hassan Helen Henry Hugo Ida Igor Ines Ingrid
Irene Isaac Ivan Jack Jakob James Jane Jasper Jin Joan John Jonas Joseph Julia Karim Karl Kate Kenji Laura Lea
Leila Leo Linda Lisa Louis Lucas Lucy Luis Maria Mark Martha Martin Mateo Max Maya Mei Mia Michael Mina Mira
Mohamed Nadia Nina Noah Nora Olga Oliver Omar Oscar Otto Pablo Paul Paula Peter Philip Priya Quentin Rachel Raj
Ravi Robert Rosa Rudolf Ruth Samir Samuel Sara Simon Sofia Stefan Susan Tanya Tara Theo Thomas Tim Tomas Ursula
Vera Victor Viktor Walter Wanda Wei William Xavier Yara Yusuf Zoe Abbott Adler Baker Becker Bell Bishop Brown
Campbell Carter Castro Clark Cohen Cooper Costa Cruz Davis Diaz Dubois Evans Fischer Fisher Foster Garcia Gibson
Gomez Gray Green Hall Hansen Harris Hoffman Hughes Ivanov Jackson Jensen Johnson Jones Kelly Kim King Klein
Kumar Larsen Lee Lewis Lopez Lovelace Martinez Mason Meyer Miller Moore Morris Murphy Nguyen Novak Olsen Parker
Patel Perez Popov Price Reed Rivera Rossi Santos Schmidt Scott Silva Singh Smith Suzuki Taylor Turner Vargas
Wagner Walker Wang Watson Weber White Wilson Wood Wright Young Zhang Zimmer Amsterdam Athens Austin Berlin Bern
Bogota Boston Cairo Chicago Dakar Delhi Denver Dublin Florence Geneva Hamburg Havana Helsinki Istanbul Jakarta
Kyoto Lagos Lima Lisbon London Lyon Madrid Manila Miami Milan Munich Nairobi Naples Oslo Oxford Paris Porto
Prague Quito Rome Seoul Shanghai Sydney Tokyo Toronto Turin Vienna Warsaw Zurich Argentina Austria Belgium
Brazil Canada Chile China Croatia Cuba Cyprus Denmark Egypt Estonia Finland France Germany Ghana Greece Hungary
Iceland India Ireland Italy Japan Kenya Latvia Malta Mexico Morocco Nepal Norway Panama Peru Poland Portugal
Romania Serbia Spain Sweden Turkey Uruguay Vietnam Zambia January February March April May June July August
September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday English French
German Italian Spanish Dutch Greek Arabic Hindi Korean Polish Russian Swedish
"""
"""People, places, months, days and languages."""

SMALL = """
a about above after again all also am an and any are around as at be because been before being below between both
but by can could did do does down during each even every few for from further had has have he her here him his
how if in into is it its just may me might more most much must my never no nor not now of off often on once one
or our out over own she should since so some soon such than that the their them then there these they this those
through to too two under until up upon us very was we well were what when where which while who why will with
within without would yes yet you your
"""
"""Words that stand between others."""

FREQUENT = "a an and as at be by for from has in is it me my no not of on or that the this to up with you your"
"""Those that stand there most often, in English and so in the names of controls."""

LABELS = """
First name|Last name|Full name|Middle name|User name|Nickname|Email|E-mail|Email address|Password|
Repeat password|Phone|Phone number|Mobile|Street|Street address|City|State|Zip code|Postal code|Country|Company|
Job title|Department|Website|Message|Comment|Subject|Date of birth|Birthday|Age|Gender|Quantity|Amount|Price|
Card number|Expiry date|Security code|Coupon code|Order number|Invoice|Due date|Start date|End date|From|To|Cc|
Search|Keywords|Title|Description|Notes|Tags|Category|Priority|Room number|Seat|Flight|Passport|License plate|
Serial number|Weight|Height|Width|Host|Port|Path|Branch|Reference|Your name
"""
"""Names of text fields, separated by |."""

CHECKS = """
I agree|I agree to the terms|Remember me|Keep me signed in|Subscribe|Send me news|Terms|Accept terms|Private|
Public|Urgent|Gift wrap|Express delivery|Same address|Notify me|Make default|Show password|Dark mode|Auto save|
Use proxy|Enable sound|Vegetarian|Window seat|Extra legroom|Breakfast|Airport pickup|Insurance|Receipt by email|
Weekly digest|Do not disturb|Allow comments|Share location|Two-step login|Read only|Hidden files|Include tax|
Round trip|Pets|Smoking|Newsletter
"""
"""Names of check boxes, separated by |."""

BUTTONS = """
OK|Cancel|Save|Save as|Save changes|Submit|Send|Sign in|Sign up|Log in|Log out|Register|Create account|Next|
Back|Previous|Continue|Finish|Apply|Reset|Clear|Close|Delete|Remove|Add|Add item|Add to cart|Buy now|Check out|
Place order|Book now|Search|Go|Start|Stop|Pause|Play|Edit|Copy|Paste|Undo|Redo|Print|Export|Import|Upload|
Download|Refresh|Retry|Try again|Yes|No|Accept|Decline|Confirm|Learn more|Read more|Show all|Show more|
Load more|Get started|Join now|Subscribe|Follow|Share|Reply|Forward|New file|New folder|Open|Open file|Find|
Replace|Help|Settings|Sign out|Pay now|Update|Install|Login|Ok|Done|Choose file
"""
"""Names of buttons, separated by |."""
