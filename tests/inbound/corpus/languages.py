"""What customers type, and what their mail programs write around it, in their languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """One language: typed lines, how quotes are introduced, Outlook's labels, a telephone's line."""

    code: str
    typed: str
    gmail: str
    apple: str
    thunderbird: str
    labels: tuple[str, str, str, str]
    original: str
    telephone: str


WHO = "Portal Support <support@portal.example>"

LANGUAGES = (
    Language(
        "en",
        "Thanks - that works: two of them, please.\n\nOne question: can Kim collect them at 7:30?",
        f"On Mon, Nov 23, 2026 at 10:00 AM {WHO} wrote:",
        f"On 23 Nov 2026, at 10:00, {WHO} wrote:",
        "On 11/23/26 10:00, Portal Support wrote:",
        ("From", "Sent", "To", "Subject"),
        "-----Original Message-----",
        "Sent from my iPhone",
    ),
    Language(
        "de",
        "Danke, das passt: zwei Stück, bitte.\n\nEine Frage noch: Können wir sie um 7:30 Uhr abholen?",
        f"Am Mo., 23. Nov. 2026 um 10:00 Uhr schrieb {WHO}:",
        f"Am 23.11.2026 um 10:00 schrieb {WHO}:",
        "Am 23.11.26 um 10:00 schrieb Portal Support:",
        ("Von", "Gesendet", "An", "Betreff"),
        "-----Ursprüngliche Nachricht-----",
        "Von meinem iPhone gesendet",
    ),
    Language(
        "fr",
        "Merci, c'est parfait : deux, s'il vous plaît.\n\nOù faut-il aller à 7 h 30 ?",
        f"Le lun. 23 nov. 2026 à 10:00, {WHO} a écrit :",
        f"Le 23 nov. 2026 à 10:00, {WHO} a écrit :",
        "Le 23/11/2026 à 10:00, Portal Support a écrit\u00a0:",
        ("De", "Envoyé", "À", "Objet"),
        "-----Message d'origine-----",
        "Envoyé de mon iPhone",
    ),
    Language(
        "es",
        "Gracias, perfecto: dos, por favor.\n\n¿Dónde los recogemos mañana a las 7:30?",
        f"El lun, 23 nov 2026 a las 10:00, {WHO} escribió:",
        f"El 23 nov 2026, a las 10:00, {WHO} escribió:",
        "El 23/11/26 a las 10:00, Portal Support escribió:",
        ("De", "Enviado", "Para", "Asunto"),
        "-----Mensaje original-----",
        "Enviado desde mi iPhone",
    ),
    Language(
        "it",
        "Grazie, va bene: due, per favore.\n\nDove andiamo alle 7:30? È aperto?",
        f"Il giorno lun 23 nov 2026 alle ore 10:00 {WHO} ha scritto:",
        f"Il giorno 23 nov 2026, alle ore 10:00, {WHO} ha scritto:",
        "Il 23/11/26 10:00, Portal Support ha scritto:",
        ("Da", "Inviato", "A", "Oggetto"),
        "-----Messaggio originale-----",
        "Inviato da iPhone",
    ),
    Language(
        "pt",
        "Obrigado, perfeito: dois, por favor.\n\nOnde vamos às 7:30? Não sei.",
        f"Em seg., 23 de nov. de 2026 às 10:00, {WHO} escreveu:",
        f"No dia 23 de nov. de 2026, às 10:00, {WHO} escreveu:",
        "Em 23/11/2026 10:00, Portal Support escreveu:",
        ("De", "Enviada em", "Para", "Assunto"),
        "-----Mensagem original-----",
        "Enviado do meu iPhone",
    ),
    Language(
        "nl",
        "Bedankt, dat klopt: twee stuks graag.\n\nWaar moeten we om 7:30 zijn?",
        f"Op ma 23 nov 2026 om 10:00 schreef {WHO}:",
        f"Op 23 nov 2026, om 10:00 heeft {WHO} het volgende geschreven:\n",
        "Op 23-11-2026 om 10:00 schreef Portal Support:",
        ("Van", "Verzonden", "Aan", "Onderwerp"),
        "-----Oorspronkelijk bericht-----",
        "Verstuurd vanaf mijn iPhone",
    ),
    Language(
        "sv",
        "Tack, det går bra: två stycken.\n\nVar ska vi vara klockan 7:30 på måndag?",
        f"Den mån 23 nov. 2026 kl 10:00 skrev {WHO}:",
        f"23 nov. 2026 kl. 10:00 skrev {WHO}:",
        "Den 2026-11-23 kl. 10:00, skrev Portal Support:",
        ("Från", "Skickat", "Till", "Ämne"),
        "-----Ursprungligt meddelande-----",
        "Skickat från min iPhone",
    ),
    Language(
        "pl",
        "Dziękuję, pasuje: dwie sztuki.\n\nGdzie mamy być o 7:30? Czy jest ktoś na miejscu?",
        f"pon., 23 lis 2026 o 10:00 {WHO} napisał(a):",
        f"Wiadomość napisana przez {WHO} w dniu 23 lis 2026, o godz. 10:00:",
        "W dniu 23.11.2026 o 10:00, Portal Support pisze:",
        ("Od", "Wysłano", "Do", "Temat"),
        "-----Wiadomość oryginalna-----",
        "Wysłano z iPhone'a",
    ),
    Language(
        "ru",
        "Спасибо, подходит: две штуки.\n\nКуда прийти в 7:30?",
        f"пн, 23 нояб. 2026 г. в 10:00, {WHO}:",
        f"23 нояб. 2026 г., в 10:00, {WHO} написал(а):",
        "23.11.2026 10:00, Portal Support пишет:",
        ("От", "Отправлено", "Кому", "Тема"),
        "-----Исходное сообщение-----",
        "Отправлено с iPhone",
    ),
    Language(
        "tr",
        "Teşekkürler, uygun: iki tane lütfen.\n\nSaat 7:30'da nereye gelelim? İçerisi açık mı?",
        f"{WHO}, 23 Kas 2026 Pzt, 10:00 tarihinde şunu yazdı:",
        f"{WHO} şunları yazdı (23 Kas 2026 10:00):",
        "23.11.2026 10:00 tarihinde Portal Support yazdı:",
        ("Kimden", "Gönderildi", "Kime", "Konu"),
        "-----Orijinal Mesaj-----",
        "iPhone'umdan gönderildi",
    ),
    Language(
        "ja",
        "ありがとうございます。二台お願いします。\n\n7時30分はどこに行けばよいですか。",
        f"2026年11月23日(月) 10:00 {WHO}:",
        f"2026/11/23 10:00、{WHO}のメール:",
        "On 2026/11/23 10:00, Portal Support wrote:",
        ("差出人", "送信日時", "宛先", "件名"),
        "-----元のメッセージ-----",
        "iPhoneから送信",
    ),
    Language(
        "zh",
        "谢谢，可以：请给我们两台。\n\n7:30 我们去哪里？",
        f"{WHO} 于2026年11月23日周一 10:00写道：",
        f"2026年11月23日 10:00，{WHO} 写道：",
        "在 2026/11/23 10:00, Portal Support 写道:",
        ("发件人", "发送时间", "收件人", "主题"),
        "-----邮件原件-----",
        "发自我的 iPhone",
    ),
    Language(
        "ko",
        "감사합니다. 두 대 부탁드립니다.\n\n7:30에 어디로 가면 되나요?",
        f"2026년 11월 23일 (월) 오전 10:00, {WHO}님이 작성:",
        f"2026. 11. 23. 오전 10:00, {WHO} 작성:",
        "2026-11-23 오전 10:00에 Portal Support 이(가) 쓴 글 (작성):",
        ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
        "-----원본 메시지-----",
        "나의 iPhone에서 보냄",
    ),
    Language(
        "he",
        "תודה, זה מתאים: שניים בבקשה.\n\nלאן להגיע בשעה 7:30?",
        "\u202bבתאריך יום ב׳, 23 בנוב׳ 2026 ב-10:00 מאת \u202aPortal Support\u202c\u200f <\u202asupport@portal.example\u202c\u200f>:\u202c",
        f"ב-23 בנוב׳ 2026, בשעה 10:00, {WHO} כתב/ה:",
        "בתאריך 23/11/2026 10:00, Portal Support כתב:",
        ("מאת", "נשלח", "אל", "נושא"),
        "-----הודעה מקורית-----",
        "נשלח מה-iPhone שלי",
    ),
)
