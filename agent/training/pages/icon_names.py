"""Which drawings of openly licensed icon sets show what: their packages, and a table of files by our names.

Only pictures that are the same thing in every set are listed: no set's "share" that another set calls "export".
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IconSet:
    """One package and where it keeps a drawing: `{}` stands for the drawing's stem in the table below."""

    name: str
    package: str
    version: str
    plain: tuple[str, ...]
    other: tuple[str, ...] = ()
    """Filled, outlined or sharp twins, which only some drawings have."""


SETS = (
    IconSet("lucide", "lucide-static", "1.62.0", ("icons/{}.svg",)),
    IconSet("feather", "feather-icons", "4.29.2", ("dist/icons/{}.svg",)),
    IconSet("tabler", "@tabler/icons", "3.51.0", ("icons/outline/{}.svg",), ("icons/filled/{}.svg",)),
    IconSet("bootstrap", "bootstrap-icons", "1.13.2", ("icons/{}.svg",), ("icons/{}-fill.svg",)),
    IconSet("heroicons", "heroicons", "2.2.0", ("24/outline/{}.svg",), ("24/solid/{}.svg",)),
    IconSet("mdi", "@mdi/svg", "7.4.47", ("svg/{}.svg",), ("svg/{}-outline.svg",)),
    IconSet(
        "phosphor",
        "@phosphor-icons/core",
        "2.1.1",
        ("assets/regular/{}.svg", "assets/bold/{}-bold.svg"),
        ("assets/fill/{}-fill.svg",),
    ),
    IconSet(
        "ionicons", "ionicons", "8.1.0", ("dist/svg/{}.svg",), ("dist/svg/{}-outline.svg", "dist/svg/{}-sharp.svg")
    ),
    IconSet(
        "octicons",
        "@primer/octicons",
        "19.42.0",
        ("build/svg/{}-24.svg", "build/svg/{}-16.svg"),
        ("build/svg/{}-fill-24.svg", "build/svg/{}-fill-16.svg"),
    ),
    IconSet("material", "@material-design-icons/svg", "0.14.15", ("filled/{}.svg",), ("outlined/{}.svg",)),
    IconSet("fluent", "@fluentui/svg-icons", "1.1.343", ("icons/{}_24_regular.svg",), ("icons/{}_24_filled.svg",)),
    IconSet("iconoir", "iconoir", "7.12.1", ("icons/regular/{}.svg",), ("icons/solid/{}.svg",)),
    IconSet("carbon", "@carbon/icons", "11.89.0", ("svg/32/{}.svg",), ("svg/32/{}--filled.svg",)),
    IconSet(
        "ant",
        "@ant-design/icons-svg",
        "4.6.0",
        ("inline-namespaced-svg/outlined/{}.svg",),
        ("inline-namespaced-svg/filled/{}.svg",),
    ),
)

_TABLE = """
gear: lucide settings cog, feather settings, tabler settings, bootstrap gear, heroicons cog-6-tooth
  cog-8-tooth, mdi cog, phosphor gear gear-six, ionicons settings cog, octicons gear, material settings,
  fluent settings, iconoir settings, carbon settings, ant setting
magnifier: lucide search, feather search, tabler search, bootstrap search, heroicons magnifying-glass, mdi magnify,
  phosphor magnifying-glass, ionicons search, octicons search, material search, fluent search, iconoir search,
  carbon search, ant search
trash: lucide trash trash-2, feather trash trash-2, tabler trash, bootstrap trash trash2 trash3, heroicons trash,
  mdi delete trash-can, phosphor trash trash-simple, ionicons trash, octicons trash, material delete, fluent delete,
  iconoir trash, carbon trash-can, ant delete
plus: lucide plus, feather plus, tabler plus, bootstrap plus plus-lg, heroicons plus, mdi plus., phosphor plus.,
  ionicons add, octicons plus, material add, fluent add, iconoir plus, carbon add., ant plus
minus: lucide minus, feather minus, tabler minus, bootstrap dash dash-lg, heroicons minus, mdi minus.,
  phosphor minus., ionicons remove, octicons dash, material remove, fluent subtract, iconoir minus, carbon subtract.,
  ant minus
close: lucide x, feather x, tabler x, bootstrap x x-lg, heroicons x-mark, mdi close., phosphor x., ionicons close,
  octicons x, material close, fluent dismiss, iconoir xmark, carbon close., ant close
check: lucide check, feather check, tabler check, bootstrap check check-lg, heroicons check, mdi check. check-bold.,
  phosphor check., ionicons checkmark, octicons check, material check, fluent checkmark, iconoir check,
  carbon checkmark., ant check
heart: lucide heart, feather heart, tabler heart, bootstrap heart, heroicons heart, mdi heart, phosphor heart
  heart-straight, ionicons heart, octicons heart, material favorite favorite_border, fluent heart, iconoir heart,
  carbon favorite, ant heart
star: lucide star, feather star, tabler star, bootstrap star, heroicons star, mdi star, phosphor star, ionicons star,
  octicons star, material star star_border, fluent star, iconoir star, carbon star, ant star
home: lucide house, feather home, tabler home, bootstrap house house-door, heroicons home, mdi home home-variant,
  phosphor house house-simple, ionicons home, octicons home, material home, fluent home, iconoir home-simple,
  carbon home, ant home
left arrow: lucide arrow-left, feather arrow-left, tabler arrow-left, bootstrap arrow-left, heroicons arrow-left,
  mdi arrow-left arrow-left-thick, phosphor arrow-left, ionicons arrow-back, octicons arrow-left, material arrow_back,
  fluent arrow_left, iconoir arrow-left, carbon arrow--left, ant arrow-left
right arrow: lucide arrow-right, feather arrow-right, tabler arrow-right, bootstrap arrow-right, heroicons arrow-right,
  mdi arrow-right arrow-right-thick, phosphor arrow-right, ionicons arrow-forward, octicons arrow-right,
  material arrow_forward, fluent arrow_right, iconoir arrow-right, carbon arrow--right, ant arrow-right
up arrow: lucide arrow-up, feather arrow-up, tabler arrow-up, bootstrap arrow-up, heroicons arrow-up,
  mdi arrow-up arrow-up-thick, phosphor arrow-up, ionicons arrow-up, octicons arrow-up, material arrow_upward,
  fluent arrow_up, iconoir arrow-up, carbon arrow--up, ant arrow-up
down arrow: lucide arrow-down, feather arrow-down, tabler arrow-down, bootstrap arrow-down, heroicons arrow-down,
  mdi arrow-down arrow-down-thick, phosphor arrow-down, ionicons arrow-down, octicons arrow-down,
  material arrow_downward, fluent arrow_down, iconoir arrow-down, carbon arrow--down, ant arrow-down
menu: lucide menu, feather menu, tabler menu-2, bootstrap list, heroicons bars-3, mdi menu., phosphor list.,
  ionicons menu, octicons three-bars, material menu, fluent navigation, iconoir menu, carbon menu, ant menu
more: lucide ellipsis ellipsis-vertical, feather more-horizontal more-vertical, tabler dots dots-vertical, bootstrap
  three-dots three-dots-vertical, heroicons ellipsis-horizontal ellipsis-vertical, mdi dots-horizontal dots-vertical,
  phosphor dots-three. dots-three-vertical., ionicons ellipsis-horizontal ellipsis-vertical,
  octicons kebab-horizontal, material more_horiz more_vert, fluent more_horizontal more_vertical, iconoir more-horiz
  more-vert, carbon overflow-menu--horizontal overflow-menu--vertical, ant ellipsis more
mail: lucide mail, feather mail, tabler mail, bootstrap envelope, heroicons envelope, mdi email, phosphor envelope
  envelope-simple, ionicons mail, octicons mail, material mail, fluent mail, iconoir mail, carbon email, ant mail
person: lucide user user-round, feather user, tabler user, bootstrap person, heroicons user, mdi account, phosphor user,
  ionicons person, octicons person, material person, fluent person, iconoir user, carbon user, ant user
pencil: lucide pencil pen square-pen, feather edit-2 edit, tabler pencil edit, bootstrap pencil pen pencil-square,
  heroicons pencil pencil-square, mdi pencil, phosphor pencil pencil-simple, ionicons pencil, octicons pencil,
  material edit, fluent edit, iconoir edit-pencil, carbon edit, ant edit
bell: lucide bell, feather bell, tabler bell, bootstrap bell, heroicons bell, mdi bell, phosphor bell bell-simple,
  ionicons notifications, octicons bell, material notifications, fluent alert, iconoir bell, carbon notification,
  ant bell
download: lucide download, feather download, tabler download, bootstrap download, heroicons arrow-down-tray,
  mdi download tray-arrow-down, phosphor download download-simple, ionicons download, octicons download,
  material download, fluent arrow_download, iconoir download, carbon download, ant download
lock: lucide lock lock-keyhole, feather lock, tabler lock, bootstrap lock, heroicons lock-closed, mdi lock,
  phosphor lock lock-simple, ionicons lock-closed, octicons lock, material lock, fluent lock_closed, iconoir lock,
  carbon locked, ant lock
folder: lucide folder, feather folder, tabler folder, bootstrap folder folder2, heroicons folder, mdi folder, phosphor
  folder folder-simple, ionicons folder, octicons file-directory, material folder, fluent folder, iconoir folder,
  carbon folder, ant folder
refresh: lucide rotate-cw refresh-cw, feather rotate-cw refresh-cw, tabler refresh reload, bootstrap arrow-clockwise
  arrow-repeat, heroicons arrow-path, mdi refresh reload, phosphor arrow-clockwise arrows-clockwise, ionicons refresh
  reload sync, octicons sync, material refresh, fluent arrow_clockwise arrow_sync, iconoir refresh refresh-double,
  carbon renew restart, ant reload sync
play: lucide play, feather play, tabler player-play, bootstrap play, heroicons play, mdi play, phosphor play,
  ionicons play, octicons play, material play_arrow, fluent play, iconoir play, carbon play. play--filled--alt
pause: lucide pause, feather pause, tabler player-pause, bootstrap pause, heroicons pause, mdi pause., phosphor pause,
  ionicons pause, material pause, fluent pause, iconoir pause, carbon pause, ant pause

calendar: lucide calendar calendar-days, feather calendar, tabler calendar calendar-event, bootstrap
  calendar-date calendar-week calendar3., heroicons calendar calendar-days, mdi calendar calendar-blank, phosphor
  calendar calendar-blank calendar-dots, ionicons calendar calendar-clear, octicons calendar, material calendar_month
  calendar_today, fluent calendar, iconoir calendar, carbon calendar, ant calendar
clock: lucide clock, feather clock, tabler clock, bootstrap clock, heroicons clock, mdi clock, phosphor clock,
  ionicons time, octicons clock, material schedule, fluent clock, iconoir clock, carbon time, ant clock-circle
camera: lucide camera, feather camera, tabler camera, bootstrap camera, heroicons camera, mdi camera, phosphor camera,
  ionicons camera, material photo_camera, fluent camera, iconoir camera, carbon camera, ant camera
cart: lucide shopping-cart, feather shopping-cart, tabler shopping-cart, bootstrap cart cart2 cart3, heroicons
  shopping-cart, mdi cart, phosphor shopping-cart shopping-cart-simple, ionicons cart, material shopping_cart,
  fluent cart, iconoir cart simple-cart, carbon shopping--cart, ant shopping-cart
phone: lucide phone, feather phone, tabler phone, bootstrap telephone, heroicons phone, mdi phone, phosphor phone,
  ionicons call, material phone, fluent call, iconoir phone, carbon phone, ant phone
printer: lucide printer, feather printer, tabler printer, bootstrap printer, heroicons printer, mdi printer,
  phosphor printer, ionicons print, material print, fluent print, iconoir printer, carbon printer, ant printer
share: lucide share-2, feather share-2, tabler share, bootstrap share, heroicons share, mdi share-variant,
  phosphor share-network, ionicons share-social, octicons share-android, material share, fluent share_android,
  iconoir share-android, carbon share, ant share-alt
link: lucide link link-2, feather link link-2, tabler link, bootstrap link link-45deg, heroicons link, mdi link
  link-variant, phosphor link link-simple, ionicons link, octicons link, material link, fluent link, iconoir link,
  carbon link, ant link
upload: lucide upload, feather upload, tabler upload, bootstrap upload, heroicons arrow-up-tray, mdi upload
  tray-arrow-up, phosphor upload upload-simple, octicons upload, material upload, fluent arrow_upload, iconoir upload,
  carbon upload, ant upload
copy: lucide copy, feather copy, tabler copy, bootstrap copy files, heroicons document-duplicate square-2-stack,
  mdi content-copy, phosphor copy copy-simple, ionicons copy, octicons copy, material content_copy, fluent copy,
  iconoir copy, carbon copy, ant copy
save: lucide save, feather save, tabler device-floppy, bootstrap floppy floppy2, mdi content-save floppy,
  phosphor floppy-disk, ionicons save, material save, fluent save, iconoir floppy-disk, carbon save, ant save
eye: lucide eye, feather eye, tabler eye, bootstrap eye, heroicons eye, mdi eye, phosphor eye, ionicons eye,
  octicons eye, material visibility, fluent eye, iconoir eye, carbon view, ant eye
filter: lucide funnel, feather filter, tabler filter, bootstrap funnel, heroicons funnel, mdi filter, phosphor funnel,
  ionicons funnel, material filter_alt, iconoir filter, carbon filter, ant filter
flag: lucide flag, feather flag, tabler flag, bootstrap flag, heroicons flag, mdi flag, phosphor flag, ionicons flag,
  material flag, fluent flag, iconoir white-flag, carbon flag, ant flag
globe: lucide globe, feather globe, tabler world, bootstrap globe globe2, heroicons globe-alt, mdi web earth, phosphor
  globe globe-simple, ionicons globe, octicons globe, material language public, fluent globe, iconoir globe,
  carbon globe, ant global
help: lucide help-circle, feather help-circle, tabler help, bootstrap question-circle, heroicons question-mark-circle,
  mdi help-circle, phosphor question, ionicons help-circle, octicons question, material help, fluent question_circle,
  iconoir help-circle, carbon help, ant question-circle
info: lucide info, feather info, tabler info-circle, bootstrap info-circle, heroicons information-circle,
  mdi information, phosphor info, ionicons information-circle, octicons info, material info, fluent info,
  iconoir info-circle, carbon information, ant info-circle
key: lucide key key-round, feather key, tabler key, bootstrap key, heroicons key, mdi key, phosphor key, ionicons key,
  octicons key, material key vpn_key, fluent key, iconoir key, ant key
map pin: lucide map-pin, feather map-pin, tabler map-pin, bootstrap geo-alt, heroicons map-pin, mdi map-marker,
  phosphor map-pin, ionicons location, octicons location, material place, fluent location, iconoir map-pin,
  carbon location, ant environment
microphone: lucide mic, feather mic, tabler microphone, bootstrap mic, heroicons microphone, mdi microphone,
  phosphor microphone, ionicons mic, material mic, fluent mic, iconoir microphone, carbon microphone
music: lucide music music-2, feather music, tabler music, bootstrap music-note music-note-beamed, heroicons
  musical-note, mdi music music-note, phosphor music-note music-notes, ionicons musical-note musical-notes,
  material music_note, fluent music_note_1 music_note_2, iconoir music-note music-double-note, carbon music
bookmark: lucide bookmark, feather bookmark, tabler bookmark, bootstrap bookmark, heroicons bookmark, mdi bookmark,
  phosphor bookmark bookmark-simple, ionicons bookmark, octicons bookmark, material bookmark bookmark_border,
  fluent bookmark, iconoir bookmark, carbon bookmark
tag: lucide tag, feather tag, tabler tag, bootstrap tag, heroicons tag, mdi tag, phosphor tag, ionicons pricetag,
  octicons tag, material local_offer sell, fluent tag, carbon tag, ant tag
thumbs up: lucide thumbs-up, feather thumbs-up, tabler thumb-up, bootstrap hand-thumbs-up, heroicons hand-thumb-up,
  mdi thumb-up, phosphor thumbs-up, ionicons thumbs-up, octicons thumbsup, material thumb_up, fluent thumb_like,
  iconoir thumbs-up, carbon thumbs-up, ant like
thumbs down: lucide thumbs-down, feather thumbs-down, tabler thumb-down, bootstrap hand-thumbs-down, heroicons
  hand-thumb-down, mdi thumb-down, phosphor thumbs-down, ionicons thumbs-down, octicons thumbsdown,
  material thumb_down, fluent thumb_dislike, iconoir thumbs-down, carbon thumbs-down, ant dislike
unlock: lucide lock-open, feather unlock, tabler lock-open, bootstrap unlock, heroicons lock-open, mdi
  lock-open-variant lock-open, phosphor lock-open lock-simple-open, ionicons lock-open, octicons unlock,
  material lock_open, fluent lock_open, carbon unlocked, ant unlock
people: lucide users, feather users, tabler users, bootstrap people, heroicons users, mdi account-multiple
  account-group, phosphor users users-three, ionicons people, octicons people, material people group, fluent people,
  iconoir group, carbon group, ant team
volume: lucide volume-2, feather volume-2, tabler volume, bootstrap volume-up, heroicons speaker-wave, mdi volume-high,
  phosphor speaker-high speaker-simple-high, ionicons volume-high, material volume_up, fluent speaker_2,
  iconoir sound-high, carbon volume--up, ant sound
warning: lucide triangle-alert, feather alert-triangle, tabler alert-triangle, bootstrap exclamation-triangle, heroicons
  exclamation-triangle, mdi alert, phosphor warning, ionicons warning, octicons alert, material warning,
  fluent warning, iconoir warning-triangle, carbon warning--alt, ant warning
wifi: lucide wifi, feather wifi, tabler wifi, bootstrap wifi, heroicons wifi, mdi wifi, phosphor wifi-high,
  ionicons wifi, material wifi, fluent wifi_1, iconoir wifi, carbon wifi, ant wifi
zoom in: lucide zoom-in, feather zoom-in, tabler zoom-in, bootstrap zoom-in, heroicons magnifying-glass-plus,
  mdi magnify-plus, phosphor magnifying-glass-plus, octicons zoom-in, material zoom_in, fluent zoom_in, iconoir zoom-in,
  carbon zoom--in, ant zoom-in
zoom out: lucide zoom-out, feather zoom-out, tabler zoom-out, bootstrap zoom-out, heroicons magnifying-glass-minus,
  mdi magnify-minus, phosphor magnifying-glass-minus, octicons zoom-out, material zoom_out, fluent zoom_out,
  iconoir zoom-out, carbon zoom--out, ant zoom-out
stop: lucide circle-stop, feather stop-circle, tabler circle-stop icons/filled/player-stop.svg, bootstrap stop-fill
  stop-circle, heroicons stop-circle 24/solid/stop.svg, mdi stop. stop-circle, phosphor stop-circle
  assets/fill/stop-fill.svg, ionicons stop-circle stop., material stop. stop_circle,
  carbon stop--filled--alt stop--outline
send: lucide send, feather send, tabler send, bootstrap send, heroicons paper-airplane, mdi send, phosphor
  paper-plane-tilt paper-plane-right, ionicons send paper-plane, octicons paper-airplane, material send, fluent send,
  iconoir send, carbon send, ant send
paperclip: lucide paperclip, feather paperclip, tabler paperclip, bootstrap paperclip, heroicons paper-clip,
  mdi paperclip, phosphor paperclip, ionicons attach, octicons paperclip, material attach_file, fluent attach,
  iconoir attachment, carbon attachment, ant paper-clip
image: lucide image, feather image, tabler photo, bootstrap image, heroicons photo, mdi image, phosphor image,
  ionicons image, octicons image, material image, fluent image, iconoir media-image, carbon image, ant picture
chat: lucide message-circle message-square, feather message-circle message-square, tabler message message-circle,
  bootstrap chat chat-left chat-square, heroicons chat-bubble-left chat-bubble-oval-left, mdi message chat, phosphor
  chat chat-circle chat-teardrop, ionicons chatbox chatbubble, octicons comment, material chat_bubble
  chat_bubble_outline, fluent chat comment, iconoir chat-bubble-empty message, carbon chat, ant message
cloud: lucide cloud, feather cloud, tabler cloud, bootstrap cloud, heroicons cloud, mdi cloud, phosphor cloud,
  ionicons cloud, octicons cloud, material cloud, fluent cloud, iconoir cloud, carbon cloud, ant cloud
battery: lucide battery-full battery-medium, feather battery, tabler battery-4 battery-2, bootstrap battery-full
  battery-half, heroicons battery-100 battery-50, phosphor battery-full battery-medium, mdi battery, ionicons
  battery-full battery-half, material battery_full, fluent battery_10 battery_5, iconoir battery-full battery-50,
  carbon battery--full battery--half
bluetooth: lucide bluetooth, feather bluetooth, tabler bluetooth, bootstrap bluetooth, mdi bluetooth,
  phosphor bluetooth, ionicons bluetooth, material bluetooth, fluent bluetooth, iconoir bluetooth, carbon bluetooth
gift: lucide gift, feather gift, tabler gift, bootstrap gift, heroicons gift, mdi gift, phosphor gift, ionicons gift,
  octicons gift, material card_giftcard, fluent gift, iconoir gift, carbon gift, ant gift
moon: lucide moon, feather moon, tabler moon, bootstrap moon, heroicons moon, mdi weather-night, phosphor moon,
  ionicons moon, octicons moon, material dark_mode, fluent weather_moon, iconoir half-moon, carbon moon, ant moon
sun: lucide sun, feather sun, tabler sun, bootstrap sun, heroicons sun, mdi weather-sunny white-balance-sunny,
  phosphor sun, ionicons sunny, octicons sun, material light_mode wb_sunny, fluent weather_sunny, iconoir sun-light,
  carbon sun, ant sun
book: lucide book book-open, feather book book-open, tabler book book-2, bootstrap book, heroicons book-open, mdi book
  book-open, phosphor book book-open, ionicons book, octicons book, material menu_book, fluent book book_open,
  iconoir book open-book, carbon book, ant book read
code: lucide code code-xml, feather code, tabler code, bootstrap code code-slash, heroicons code-bracket,
  mdi code-tags, phosphor code, ionicons code code-slash, octicons code, material code, fluent code, iconoir code,
  carbon code
credit card: lucide credit-card, feather credit-card, tabler credit-card, bootstrap credit-card, heroicons credit-card,
  mdi credit-card, phosphor credit-card, ionicons card, octicons credit-card, material credit_card, fluent payment,
  iconoir credit-card, carbon purchase, ant credit-card
document: lucide file file-text, feather file file-text, tabler file file-text, bootstrap file-earmark
  file-earmark-text, heroicons document document-text, mdi file file-document, phosphor file file-text, ionicons
  document document-text, octicons file, material description, fluent document document_text, iconoir page,
  carbon document, ant file file-text
video: lucide video, feather video, tabler video, bootstrap camera-video, heroicons video-camera, mdi video,
  phosphor video-camera, ionicons videocam, material videocam, fluent video, iconoir video-camera, carbon video,
  ant video-camera
scissors: lucide scissors, feather scissors, tabler scissors cut, bootstrap scissors, heroicons scissors,
  mdi content-cut, phosphor scissors, ionicons cut, material content_cut, fluent cut, iconoir cut, carbon cut,
  ant scissor
truck: lucide truck, feather truck, tabler truck, bootstrap truck, heroicons truck, mdi truck, phosphor truck,
  material local_shipping, iconoir truck delivery-truck, carbon delivery, ant truck
shield: lucide shield shield-check, feather shield, tabler shield shield-check, bootstrap shield shield-check, heroicons
  shield-check, mdi shield shield-check, phosphor shield shield-check, ionicons shield shield-checkmark,
  octicons shield-check, material shield, fluent shield shield_checkmark, iconoir shield shield-check,
  carbon security, ant safety
wrench: lucide wrench, feather tool, tabler tool, bootstrap wrench, heroicons wrench, mdi wrench, phosphor wrench,
  ionicons build, material build, fluent wrench, iconoir wrench, carbon tools, ant tool
lightning: lucide zap, feather zap, tabler bolt, bootstrap lightning lightning-charge, heroicons bolt, mdi flash
  lightning-bolt, phosphor lightning, ionicons flash, octicons zap, material bolt flash_on, fluent flash,
  iconoir flash, carbon flash, ant thunderbolt
headphones: lucide headphones, feather headphones, tabler headphones, bootstrap headphones, mdi headphones,
  phosphor headphones, ionicons headset, material headphones, fluent headphones, carbon headphones
power: lucide power, feather power, tabler power, bootstrap power, heroicons power, mdi power, phosphor power,
  ionicons power, material power_settings_new, fluent power, carbon power, ant poweroff
undo: lucide undo undo-2, tabler arrow-back-up, heroicons arrow-uturn-left, mdi undo
  undo-variant, phosphor arrow-u-up-left, octicons undo, material undo, fluent arrow_undo,
  iconoir undo, carbon undo
redo: lucide redo redo-2, tabler arrow-forward-up, heroicons arrow-uturn-right, mdi redo
  redo-variant, phosphor arrow-u-up-right, octicons redo, material redo, fluent arrow_redo,
  iconoir redo, carbon redo
log out: lucide log-out, feather log-out, tabler logout, bootstrap box-arrow-right, heroicons
  arrow-right-start-on-rectangle, mdi logout logout-variant, phosphor sign-out, ionicons log-out, octicons sign-out,
  material logout, iconoir log-out, carbon logout, ant logout
chart: lucide chart-column chart-no-axes-column, feather bar-chart bar-chart-2, tabler chart-bar, bootstrap bar-chart,
  heroicons chart-bar, mdi chart-bar, phosphor chart-bar, ionicons bar-chart stats-chart, octicons graph-bar-vertical,
  material bar_chart, fluent data_bar_vertical, carbon chart--bar, ant bar-chart
light bulb: lucide lightbulb, tabler bulb, bootstrap lightbulb, heroicons light-bulb, mdi lightbulb,
  phosphor lightbulb, ionicons bulb, octicons light-bulb, material lightbulb, fluent lightbulb, iconoir light-bulb,
  ant bulb
"""
"""A line a name: each set with its stems. A stem with a full stop has no twins that show the same; a path is a path."""


def stems() -> dict[str, dict[str, list[str]]]:
    """The table: our name -> set -> its stems."""
    found: dict[str, dict[str, list[str]]] = {}
    for line in _TABLE.replace("\n ", " ").strip().splitlines():
        name, _, rest = line.partition(": ")
        if name:
            found[name] = {icon_set: list(own) for icon_set, *own in map(str.split, rest.split(","))}
    return found


def files(icon_set: IconSet, stem: str) -> Iterator[str]:
    """The paths in the package that a stem may stand for."""
    if "/" in stem:
        yield stem
        return
    places = icon_set.plain if stem.endswith(".") else (*icon_set.plain, *icon_set.other)
    yield from (place.format(stem.rstrip(".")) for place in places)
