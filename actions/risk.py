"""What an action may bring about that leaves this machine or can't be undone, by the action and what is under it.

Words tell the kinds apart, so what can't be told counts as the worst that fits: a button that nobody knows may send
something. What a page says is never taken as leave for anything: it can only make an action look more dangerous.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from actions.action import Action, Key, LeftClickDrag, Open, SystemButton, Type
from actions.placeholder import secrets_in

Risk = Literal["sending", "buying", "deleting", "publishing", "credentials", "running", "leaving", "secret"]
RISKS: tuple[str, ...] = get_args(Risk)

Role = Literal["button", "link", "field", "password", "toggle", "file", "text", "unknown"]
"""What is under a point: toggle covers boxes, radios, tabs and options; text does nothing when it is clicked."""


IDLE = ("wait", "scroll", "hscroll", "mouse_move")
"""Kinds of action that can't set anything off, and can be done again whatever came of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Under:
    """What an action would meet: facts of the place, and what can be read there."""

    role: Role = "unknown"
    texts: tuple[str, ...] = ()
    """What it says, by whoever can tell: its own text, its label for screen readers, what is read from the pixels."""
    around: str = ""
    """Words of the form, dialog or page that it is part of."""
    submits: bool = False
    """Pressing it, or Enter in it, sends a form by a method that changes things."""
    is_blank: bool = False
    """The form has fields to write into, and nothing stands in any of them."""
    leads_to: str = ""
    """The address that a link or a form goes to."""
    url: str = ""
    """Of the page or app that it is in."""
    contained: bool = False
    """Nothing that happens here can leave, or lasts."""


_WORDS: dict[Risk, str] = {
    "buying": "buy purchase order orders pay payment checkout donate bid "
    "kaufen bestellen zahlen bezahlen spenden acheter payer commander comprar pagar pedir donar acquista paga ordina",
    "deleting": "delete remove erase trash discard wipe uninstall format purge destroy empty reset clear deactivate "
    "terminate revoke unsubscribe drop unlink overwrite shred loeschen löschen entfernen verwerfen leeren supprimer "
    "effacer vider retirer eliminar borrar quitar vaciar elimina cancella rimuovi",
    "publishing": "publish post tweet deploy release broadcast publicize veröffentlichen posten publier publicar "
    "pubblica",
    "running": "run execute install launch enable macros ausführen installieren executer exécuter installer ejecutar "
    "instalar esegui installa",
    "credentials": "login signin authorize authorise authenticate grant password passcode pin otp 2fa token "
    "apikey credentials anmelden einloggen passwort kennwort connexion connecter contraseña accedi",
    "sending": "send submit reply forward share invite mail email message upload apply transfer sign confirm accept "
    "agree approve finish complete register signup request contact book reserve rent subscribe upgrade "
    "senden absenden schicken teilen antworten bestätigen buchen envoyer partager repondre confirmer reserver "
    "enviar compartir responder confirmar invia condividi conferma prenota",
}
_PHRASES: dict[Risk, str] = {
    "credentials": "log in|sign in|log on|allow access|connect account|api key|se connecter|iniciar sesión",
    "publishing": "go live|make public|make it public",
    "deleting": "close account|cancel subscription|cancel order|move to bin|move to trash|factory reset",
    "sending": "sign up",
}
_HARMLESS = frozenset(
    "cancel back close menu more less show hide search find filter sort previous next zoom help expand collapse "
    "details view edit undo redo refresh reload home abbrechen zurück schließen suchen annuler retour fermer cancelar "
    "volver cerrar buscar annulla indietro chiudi".split()
)
"""Labels, word for word, of buttons that send nothing on any sane page."""
_PAYING = re.compile(
    r"card number|cardholder|\bcvv\b|\bcvc\b|credit card|debit card|\biban\b|billing|payment|checkout"
    r"|amount due|total due|place (?:your )?order|kreditkarte|zahlungs|numéro de carte|paiement|tarjeta|\bpago\b",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"\.(?:exe|msi|dmg|pkg|deb|rpm|sh|bash|bat|cmd|ps1|jar|apk|appimage|scr|vbs|command|run|xpi|crx)(?:$|[?#])",
    re.IGNORECASE,
)
_SHELLS = frozenset("xterm uxterm terminal konsole kitty alacritty wezterm rxvt urxvt st powershell cmd iterm2".split())
_FILE_MANAGERS = frozenset("pcmanfm thunar nautilus dolphin nemo caja finder explorer".split())
_ENTER = frozenset({"enter", "return", "kp_enter"})
_DELETE = frozenset({"delete", "del", "backspace"})
_COMMAND = re.compile(r"[\r\n]")


def risks(action: Action, under: Under) -> dict[Risk, str]:
    """The kinds of effect that this action may have, each with the reason in words; empty where it has none."""
    found: dict[Risk, str] = {}
    for risk, reason in _risks(action, under):
        found.setdefault(risk, reason)
    return found


def activates(action: Action, under: Under) -> bool:
    """Whether the action can set off what is under it: a click, or Enter."""
    if isinstance(action, Key):
        return bool({key.lower() for key in action.keys} & _ENTER) or _key_is(action, {"space"})
    if isinstance(action, Type):
        return bool(_COMMAND.search(action.text)) and under.role in ("field", "password", "unknown") and under.submits
    if isinstance(action, SystemButton):
        return action.button == "enter"
    return action.kind in ("left_click", "double_click", "triple_click", "middle_click", "long_press")


def app_of(url: str) -> str:
    """The program that a desktop's or phone's address names; empty for pages."""
    scheme, _, rest = url.partition("://")
    return rest.partition("/")[0].lower() if scheme in ("desktop", "android") else ""


def _risks(action: Action, under: Under) -> Iterator[tuple[Risk, str]]:
    if names := secrets_in(action):
        yield "secret", f"it types the secret {names[0]}"
    if isinstance(action, Open):
        yield from _by_words([action.app], lambda word: f'it opens "{action.app}" ({word})')
    yield from _by_keyboard(action, under)
    if isinstance(action, LeftClickDrag) and _has(under.texts, "deleting"):
        yield "deleting", f"it drags something to {_named(under)}"
    if under.contained or not activates(action, under):
        return
    yield from _by_target(action, under)


def _by_keyboard(action: Action, under: Under) -> Iterator[tuple[Risk, str]]:
    app = app_of(under.url)
    if isinstance(action, Type):
        if under.role == "password":
            yield "credentials", "it types into a password field"
        if app in _SHELLS and _COMMAND.search(action.text):
            yield "running", f"it runs a command in {app}"
    if isinstance(action, Key):
        keys = {key.lower() for key in action.keys}
        if app in _FILE_MANAGERS and keys & _DELETE:
            yield "deleting", f"it deletes in {app}"
        if app in _SHELLS and keys & _ENTER:
            yield "running", f"it runs a command in {app}"
        if keys & _ENTER and keys & {"ctrl", "control", "cmd", "meta"}:
            yield "sending", "Ctrl and Enter send what was written"


def _by_target(action: Action, under: Under) -> Iterator[tuple[Risk, str]]:
    yield from _by_words(under.texts, lambda word: f'it presses {_named(under)} ("{word}")', under.role)
    if under.leads_to and _host(under.leads_to) != _host(under.url) and _host(under.leads_to):
        yield "leaving", f"it goes to {_host(under.leads_to)}"
    if _PROGRAM.search(urlsplit(under.leads_to).path or ""):
        yield "running", "it fetches a program"
    presses = under.role in ("button", "unknown") or (isinstance(action, Key) and under.submits)
    if presses and not _is_harmless(under) and _PAYING.search(f"{under.around} {under.url}"):
        yield "buying", f"it presses {_named(under)} where a payment is made"
    if under.submits and (presses or isinstance(action, Type | SystemButton)):
        yield "sending", f"it sends a form ({_named(under)})"
    if under.role in ("button", "unknown") and not _is_harmless(under):
        yield "sending", f"nobody can tell what {_named(under)} sets off"


def _by_words(texts: Iterable[str], reason: Callable[[str], str], role: Role = "button") -> Iterator[tuple[Risk, str]]:
    if role in ("field", "password", "text", "toggle"):
        return
    for text in texts:
        said = plain(text)
        if len(said) > 80:  # a paragraph, which names many things and sets off none
            continue
        words = set(said.split())
        for risk, known in _WORDS.items():
            if hit := words & set(known.split()):
                yield risk, reason(sorted(hit)[0])
        for risk, phrases in _PHRASES.items():
            if match := re.search(rf"\b(?:{phrases})\b", said):
                yield risk, reason(match[0])


def _has(texts: Iterable[str], risk: Risk) -> bool:
    return any(found == risk for found, _ in _by_words(texts, lambda word: word))


def _is_harmless(under: Under) -> bool:
    """Whether all that it says are harmless words, and it says something."""
    said = [plain(text) for text in under.texts if plain(text)]
    return bool(said) and all(set(text.split()) <= _HARMLESS for text in said)


def _key_is(action: Key, names: set[str]) -> bool:
    return {key.lower() for key in action.keys} <= names


def _named(under: Under) -> str:
    said = next((" ".join(text.split()) for text in under.texts if text.strip()), "")
    return f'"{said[:60]}"' if said else "something without a name"


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return "a place that can't be told"


def plain(text: str) -> str:
    """Lower-case words with single spaces, without marks: how labels and instructions are compared."""
    kept = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w@.+-]+", " ", kept).split()).strip(" .-+")
