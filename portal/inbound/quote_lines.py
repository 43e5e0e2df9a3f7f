"""The lines with which mail programs introduce what they quote, in the languages of our customers."""

import re
from functools import cache
from itertools import pairwise

from mailparser_reply.constants import MAIL_LANGUAGES

LONGEST_LINE, LONGEST_INTRODUCTION, MOST_LINES, LONGEST_TELEPHONE = 300, 500, 4, 90
# Written by the HTML reader where a mail program marks its quote in the markup itself.
QUOTE_BEGINS = "\x1d"

WROTE = re.compile(
    r"\b(wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|napsala?|skrev|skreiv|kirjoitti|napisała?"
    r"|írta|a scris|yazdı|yazmış|пишет|написала?|написав|έγραψε|viết|menulis)\b|写道|寫道|さんは書きました|작성|כתבה?|מאת|كتب|نوشت",
    re.IGNORECASE,
)
SENDERS = (
    "From|Von|De|Da|Van|Från|Fra|Od|От|Від|Kimden|Gönderen|Lähettäjä|Feladó|Remitente|Mittente|Expéditeur|Από"
    "|发件人|寄件者|寄件人|差出人|送信者|보낸\\s?사람|מאת|من"
)
LABELS = (
    "Sent|To|Cc|Bcc|Date|Subject|Reply-To|Importance|Organization|Attachments|Gesendet|An|Datum|Betreff|Envoyé|À|A"
    "|Objet|Enviado|Enviada em|Enviado em|Para|Asunto|Assunto|Fecha|Data|Inviato|Oggetto|Verzonden|Aan|Onderwerp"
    "|Skickat|Till|Ämne|Sendt|Til|Emne|Dato|Kopi|Odesláno|Komu|Předmět|Wysłano|Do|Temat|Отправлено|Кому|Копия|Тема"
    "|Дата|Gönderilme|Gönderildi|Tarih|Kime|Bilgi|Konu|Lähetetty|Vastaanottaja|Aihe|发送时间|发送日期|收件人|抄送|主题"
    "|日期|寄件日期|收件者|副本|主旨|送信日時|日時|宛先|件名|보낸\\s?날짜|받는\\s?사람|제목|참조|נשלח|אל|עותק|נושא|תאריך"
)
SENDER_LINE = re.compile(rf"[*\s]*(?:{SENDERS})\s?\*?\s*[:：]", re.IGNORECASE)
LABEL_LINE = re.compile(rf"[*\s]*(?:{SENDERS}|{LABELS})\s?\*?\s*[:：]", re.IGNORECASE)
RULE = re.compile(r"\s*[_\-–—=]{5,}\s*")
ORIGINAL = re.compile(
    r"\s*[-_*]{3,}\s*(?:original(?: message|nachricht| appointment)?|ursprüngliche nachricht|message d'origine"
    r"|message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht"
    r"|ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|orijinal mesaj|özgün ileti|původní zpráva"
    r"|wiadomość oryginalna|исходное сообщение|原始邮件|邮件原件|原始郵件|元のメッセージ|원본 메시지|הודעה מקורית)\s*[-_*]{3,}\s*",
    re.IGNORECASE,
)
NOTES = re.compile(r"-{4,}\s?[^-].{0,120}:\s?-{4,}")
FORWARDED = re.compile(
    r"[\s\-]*(?:begin forwarded message|forwarded message|weitergeleitete nachricht"
    r"|anfang der weitergeleiteten nachricht|message transféré|début du message (?:transféré|réexpédié)"
    r"|mensaje reenviado|inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato"
    r"|mensagem encaminhada|doorgestuurd bericht|videresendt meddelelse|vidarebefordrat meddelande"
    r"|iletilen mesaj|yönlendirilmiş mesaj|转发的邮件|轉寄的郵件|転送されたメッセージ|הודעה שהועברה)\s*:?[\s\-]*",
    re.IGNORECASE,
)
DATE = re.compile(r"\d\D+\d")
DATE_OR_ADDRESS = re.compile(r"\d\D+\d|\S@\S")
DATED_ADDRESS = re.compile(r"\d.*<[^<>@\s]+@[^<>@\s]+>\s*[:：]$")
INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
)


def plain(line: str) -> str:
    """A line as it is read: no quote signs or invisible signs, narrow blanks as blanks."""
    return re.sub(r"[\u00a0\u202f\u2009]", " ", line.translate(INVISIBLE)).lstrip("> ").rstrip()


def introduction_at(lines: list[str], at: int) -> int:
    """How many lines from `at` introduce a quote; 0 when none does."""
    first = plain(lines[at])
    if not first or len(first) > LONGEST_LINE:
        return 0
    if first == QUOTE_BEGINS or any(sign.fullmatch(first) for sign in (ORIGINAL, FORWARDED, NOTES)):
        return 1
    return _labels_at(lines, at) or _attribution_at(lines, at)


def is_forward(lines: list[str], at: int) -> bool:
    """Whether the quote that begins at `at` is a mail passed on rather than answered."""
    return any(FORWARDED.fullmatch(plain(line)) for line in lines[at : at + 3] if plain(line))


def _labels_at(lines: list[str], at: int) -> int:
    """The block of From, Sent, To, Subject that some programs repeat, with the rule above it."""
    start = at
    if RULE.fullmatch(lines[at]):
        start = next((n for n in range(at + 1, min(at + 4, len(lines))) if plain(lines[n])), at)
    if not LABEL_LINE.match(plain(lines[start])):
        return 0
    found = {n: LABEL_LINE.match(plain(lines[n])) for n in range(start, min(start + 10, len(lines)))}
    labelled = [n for n, label in found.items() if label]
    close = all(after - before <= 3 for before, after in pairwise(labelled))
    different = {label[0].strip("* :：").casefold() for label in found.values() if label}
    sender = any(SENDER_LINE.match(plain(lines[n])) for n in labelled)
    return labelled[-1] + 1 - at if close and sender and len(different) >= 3 else 0


def _attribution_at(lines: list[str], at: int) -> int:
    """One to four lines such as "On Tuesday, Kim wrote:", with a date or an address, before the quote."""
    read = []
    for line in map(plain, lines[at : at + MOST_LINES]):
        read.append(line)
        if not line:
            return 0
        if line.endswith((":", "：")):
            return len(read) if _attributes(read) and not any(map(_is_whole, _shorter(read))) else 0
    return 0


def _attributes(read: list[str]) -> bool:
    whole = " ".join(read)
    # A sentence that ends in "wrote:" is typed by people too; a date or an address beside it is not.
    if len(whole) > LONGEST_INTRODUCTION or not DATE_OR_ADDRESS.search(whole):
        return False
    return bool(WROTE.search(whole) or DATED_ADDRESS.search(whole) or _known().match(whole))


def _shorter(read: list[str]) -> list[list[str]]:
    return [read[start:] for start in range(1, len(read))]


def _is_whole(read: list[str]) -> bool:
    """Whether lines say all that an attribution says, so that lines above them were typed."""
    dated = DATE.search(" ".join(read)) is not None
    return dated and not read[0].startswith("<") and _attributes(read)


@cache
def _known() -> re.Pattern[str]:
    known = [words["wrote_header"] for words in MAIL_LANGUAGES.values() if "wrote_header" in words]
    return re.compile("|".join(known), re.MULTILINE | re.IGNORECASE)


def structural_above(lines: list[str], at: int) -> int:
    """How many lines directly above quoted ones attribute them, in whatever language.

    The last of them ends in a colon, and a date or an address is in them.
    """
    if not 0 < at <= len(lines) or not plain(lines[at - 1]).endswith((":", "：")):
        return 0
    # A program breaks such a line once at most; more lines than two are a paragraph that somebody typed.
    count = 2 if at > 1 and plain(lines[at - 1]).startswith("<") and plain(lines[at - 2]) else 1
    whole = " ".join(map(plain, lines[at - count : at]))
    return count if len(whole) <= LONGEST_INTRODUCTION and DATE_OR_ADDRESS.search(whole) else 0


@cache
def _sent_from() -> re.Pattern[str]:
    known = [words["sent_from"] for words in MAIL_LANGUAGES.values() if words.get("sent_from")]
    own = (
        "Von meinem .{2,30} gesendet|Envoyé de(?:puis)? mon|iPhoneから送信|发自我的|נשלח מה|.{2,30}['’]?[ıiuü]?mdan gönderildi"
        "|Verstuurd vanaf|Enviado d[oe] |Отправлено (?:с|из) |나의 .{2,30}에서 보냄|Trimis de pe|Lähetetty|Odoslané z"
        "|Get Outlook for|Holen Sie sich Outlook|Télécharger Outlook|Obtener Outlook|Sent via"
    )
    return re.compile(f"(?:{'|'.join(known)}|{own})", re.IGNORECASE)


def is_sent_from(line: str) -> bool:
    """Whether a line is what a telephone puts under every mail."""
    read = plain(line)
    short = len(read) <= LONGEST_TELEPHONE and not read.endswith((".", "!", "?"))
    return short and _sent_from().match(read) is not None
