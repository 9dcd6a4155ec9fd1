"""Writes identifiers-{ru,pl,sk}.tsv: fictional identifiers with valid checksums in sentences written for the project.

Usage: python3 tests/data/make_identifiers.py   (writes next to itself; the seed is fixed, so the files never change by themselves)

The numbers are random; whether one belongs to somebody is not known and not asked. Columns: kind, identifier, sentence.
"""

import random
from pathlib import Path

HERE = Path(__file__).parent
R = random.Random(20260401)


def digits(n, first="0123456789"):
    return R.choice(first) + "".join(R.choice("0123456789") for _ in range(n - 1))


def weighted(text, weights):
    return sum(int(d) * w for d, w in zip(text, weights))


def retry(make):
    while True:
        found = make()
        if found:
            return found


def day():
    return R.randint(1, 12), R.randint(1, 28)


def pesel():
    year, (month, d) = R.randint(1935, 2006), day()
    head = f"{year % 100:02}{month + (20 if year >= 2000 else 0):02}{d:02}{digits(4)}"
    return head + str(-weighted(head, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10)


def nip():
    def make():
        head = digits(9, "123456789")
        check = weighted(head, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11
        return head + str(check) if check < 10 else None

    return retry(make)


def regon9():
    head = digits(8, "123456789")
    return head + str(weighted(head, (8, 9, 2, 3, 4, 5, 6, 7)) % 11 % 10)


def regon14():
    head = regon9() + digits(4)
    return head + str(weighted(head, (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)) % 11 % 10)


def id_card():
    letters = R.choice("ACD") + "".join(R.choice("ABCDEFGHIJKLMNPRSTUVWXYZ") for _ in range(2))
    tail = digits(5)
    check = (sum((ord(c) - 55) * w for c, w in zip(letters, (7, 3, 1))) + weighted(tail, (7, 3, 1, 7, 3))) % 10
    return letters + str(check) + tail


def rodne():
    def make():
        year, (month, d) = R.randint(1954, 2007), day()
        head = f"{year % 100:02}{month + R.choice((0, 50)):02}{d:02}{digits(3)}"
        check = int(head) % 11
        return head + str(check) if check < 10 else None

    return retry(make)


def ico():
    def make():
        head = R.choice("345") + digits(6)
        check = (11 - weighted(head, (8, 7, 6, 5, 4, 3, 2)) % 11) % 10
        return head + str(check)

    return retry(make)


def inn10():
    head = R.choice(("77", "78", "50", "66", "54", "16")) + digits(7)
    return head + str(weighted(head, (2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10)


def inn12():
    head = R.choice(("77", "78", "50", "66", "54", "16")) + digits(8)
    head += str(weighted(head, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10)
    return head + str(weighted(head, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)) % 11 % 10)


def snils():
    head = R.choice("123456789") + digits(8)
    return head + f"{weighted(head, range(9, 0, -1)) % 101 % 100:02}"


def card(head, n=16):
    body = head + digits(n - len(head) - 1)
    for check in "0123456789":
        total = 0
        for at, c in enumerate(reversed(body + check)):
            v = int(c) * (2 if at % 2 else 1)
            total += v - 9 if v > 9 else v
        if total % 10 == 0:
            return body + check


def iban(country, n):
    bban = digits(n)
    number = int(bban + "".join(str(ord(c) - 55) for c in country) + "00")
    return f"{country}{98 - number % 97:02}{bban}"


def sk_iban():
    """Six and ten digits of a Slovak account carry checks of their own; random ones serve, as ISO 13616 asks for 97 only."""
    return iban("SK", 20)


def shape(text, *lengths, sep=" "):
    parts, at = [], 0
    for n in lengths:
        parts.append(text[at : at + n])
        at += n
    assert at == len(text), (text, lengths)
    return sep.join(parts)


def fours(text, sep=" "):
    return sep.join(text[at : at + 4] for at in range(0, len(text), 4))


def pl_mobile():
    return R.choice(("50", "51", "53", "60", "66", "69", "72", "78", "79", "88")) + R.choice("0123456789") + digits(6)


def pl_land():
    return R.choice(("22", "12", "71", "61", "58", "85")) + R.choice("23467") + digits(6)


def sk_mobile():
    return R.choice(("0901", "0903", "0905", "0907", "0911", "0915", "0918", "0940", "0944", "0948", "0949")) + digits(6, "123456789")


def ru_mobile():
    return R.choice(("903", "905", "909", "912", "915", "916", "919", "921", "926", "937", "960", "985")) + digits(7, "123456789")


def ru(text, style):
    a, b, c, d = text[:3], text[3:6], text[6:8], text[8:]
    return style.format(a=a, b=b, c=c, d=d)


NB, THIN = "\u00a0", "\u2009"

RU = [
    ("PHONE", lambda: ru(ru_mobile(), "+7 {a} {b}-{c}-{d}"), ["Перезвоните на {} после шести.", "Мой номер {}, жду звонка.", "{} это муж, он дома весь день"]),
    ("PHONE", lambda: ru(ru_mobile(), "+7 ({a}) {b}-{c}-{d}"), ["Телефон получателя: {}.", "Записала: {}, верно?", "наберите {} пожалуйста"]),
    ("PHONE", lambda: ru(ru_mobile(), "8 ({a}) {b}-{c}-{d}"), ["Курьер звонил с {}, и трубку бросил.", "Для связи {}, Марина."]),
    ("PHONE", lambda: ru(ru_mobile(), "8-{a}-{b}-{c}-{d}"), ["новый номер {} старый не работает", "Запишите: {}."]),
    ("PHONE", lambda: ru(ru_mobile(), "8 {a} {b} {c} {d}"), ["Звоните на {} до обеда!", "заказ 40817 оформлен на {}"]),
    ("PHONE", lambda: ru(ru_mobile(), "8{a}{b}{c}{d}"), ["{} жду звонка", "мой телефон {}, заказ 55120", "Перезвоните по номеру {}."]),
    ("PHONE", lambda: ru(ru_mobile(), "7{a}{b}{c}{d}"), ["вотсап {}", "напишите в вотсап на {}"]),
    ("PHONE", lambda: ru(ru_mobile(), "+7{a}{b}{c}{d}"), ["тел.{}", "Номер {} привязан к карте."]),
    ("PHONE", lambda: ru(ru_mobile(), f"+7{NB}{{a}}{NB}{{b}}{NB}{{c}}{NB}{{d}}"), ["Ваш телефон по-прежнему {}?", "На {} пришла СМС."]),
    ("PHONE", lambda: ru(R.choice(("495", "499", "812")) + digits(7, "234567"), "8 ({a}) {b}-{c}-{d}"), ["Городской {} не отвечает.", "звонили из офиса, {}"]),
    ("PHONE", lambda: ru(ru_mobile(), "{a} {b}-{c}-{d}"), ["мой мобильный {}", "телефон {} записали?"]),
    ("EMAIL", lambda: R.choice(("lena", "oleg.k", "i-petrov", "zoya_88", "kuz.larisa")) + "@" + R.choice(("pochta.example", "yashik.example.com", "лавка.рф")), ["Чек пришлите на {}.", "Почта {}, логин тот же", "пишите сюда: {}!", "Отправила с {} вчера."]),
    ("EMAIL", lambda: "mailto:" + R.choice(("olga", "vera")) + digits(2) + "@pochta.example", ["Ссылка для писем {} не открывается."]),
    ("INN", inn10, ["ИНН {}, выставьте счёт на организацию.", "Наш ИНН: {}.", "инн организации {} проверьте", "Реквизиты: ООО «Ромашка», ИНН {}, КПП в письме.", "{} — это ИНН поставщика."]),
    ("INN", inn12, ["ИНН физлица {} указала при регистрации.", "Мой ИНН {}.", "Справку сделайте на {}, пожалуйста.", "я самозанятый, {}"]),
    ("SNILS", lambda: (lambda s: shape(s[:9], 3, 3, 3, sep="-") + " " + s[9:])(snils()), ["СНИЛС {}.", "Пишу номер: {}.", "снилс ребёнка {} не находит"]),
    ("SNILS", snils, ["СНИЛС {} в базе есть?", "Мой снилс {}, проверьте начисления", "номер страхового свидетельства снилс: {}"]),
    ("SNILS", lambda: shape(snils(), 3, 3, 3, 2), ["СНИЛС у меня {}.", "по снилсу {} ничего нет"]),
    ("PASSPORT", lambda: digits(4, "4567") + " " + digits(6), ["Паспорт {}, выдан в 2014 году.", "Данные паспорта: {}.", "паспорт серия и номер {}"]),
    ("PASSPORT", lambda: digits(2, "4567") + " " + digits(2, "012") + " " + digits(6), ["паспорт {} я уже отправляла", "Номер паспорта {}, прописка прежняя."]),
    ("PASSPORT", lambda: digits(10, "4567"), ["Паспорт {}.", "паспортные данные {}"]),
    ("PASSPORT", lambda: "серия " + digits(4, "4567") + " номер " + digits(6), ["Мой паспорт: {}.", "паспорт {} выдан в Твери"]),
    ("CARD", lambda: fours(card(R.choice(("4276", "5469", "2202", "4111")))), ["Карта {}, деньги так и не вернулись.", "Возврат сделайте на {}.", "номер карты {} срок до 08/27"]),
    ("CARD", lambda: card(R.choice(("4276", "5469", "2202"))), ["С карты {} списали дважды.", "переведите на {} спасибо", "Карта: {}."]),
    ("CARD", lambda: fours(card("2200"), "-"), ["Карта мир {}.", "Списание с {} я не делал."]),
    ("CARD", lambda: fours(card("4276"), NB), ["Карта {} заблокирована?"]),
    ("CARD", lambda: card("2202", 19), ["Карта {} не проходит."]),
    ("ACCOUNT", lambda: R.choice(("40817", "40820", "42301")) + "810" + digits(12), ["Счёт {} открыт у вас в банке.", "Реквизиты: р/с {}.", "перечислите на {}"]),
]

PL = [
    ("PHONE", lambda: shape(pl_mobile(), 3, 3, 3), ["Proszę dzwonić na {} po szesnastej.", "Mój numer to {}.", "{} to telefon męża", "Dzwonić na ten numer, {}?"]),
    ("PHONE", lambda: shape(pl_mobile(), 3, 3, 3, sep="-"), ["tel. {}", "Zapisałam: {}, zgadza się?", "dzwońcie pod {} do 15"]),
    ("PHONE", pl_mobile, ["tel {}", "Numer telefonu klienta {}.", "mój numer {} od tygodnia nikt nie dzwoni", "{} proszę oddzwonić", "Telefon: {}, Zając."]),
    ("PHONE", lambda: "+48 " + shape(pl_mobile(), 3, 3, 3), ["Oddzwonimy na {}.", "kontakt {} zamówienie 88213"]),
    ("PHONE", lambda: "+48" + pl_mobile(), ["SMS poszedł na {}.", "tel:{}"]),
    ("PHONE", lambda: "0048 " + shape(pl_mobile(), 3, 3, 3), ["z zagranicy {}"]),
    ("PHONE", lambda: "48" + pl_mobile(), ["whatsapp {}", "pisz na {}"]),
    ("PHONE", lambda: shape(pl_land(), 2, 3, 2, 2), ["Rejestracja: {}, czynna do 19:00.", "Stacjonarny {} milczy.", "dzwoniłam na {} trzy razy"]),
    ("PHONE", lambda: (lambda t: f"({t[:2]}) {t[2:5]}-{t[5:7]}-{t[7:]}")(pl_land()), ["Biuro {} nie odbiera.", "telefon {}"]),
    ("PHONE", lambda: shape(pl_mobile(), 3, 3, 3, sep=NB), ["Czy {} to nadal pani numer?", "Mam zapisane {}."]),
    ("PHONE", pl_land, ["telefon stacjonarny {}", "tel. do biura {}"]),
    ("EMAIL", lambda: R.choice(("ania_k", "jan.krol", "biuro", "k.hajduk", "ola-m")) + "@" + R.choice(("poczta.example", "mejlik.example.pl", "skrzynka.pl")), ["Proszę wysłać fakturę na {}.", "mail: {}, czekam", "Potwierdzam: {}!", "piszemy na {} i nigdzie indziej"]),
    ("PESEL", pesel, ["PESEL {}.", "Mój pesel to {}.", "podaję: {}", "Dane: Zofia Mak, {}, Lublin.", "numer PESEL dziecka {} proszę sprawdzić"]),
    ("NIP", nip, ["NIP {}.", "Faktura na firmę, NIP: {}.", "nip firmy to {} proszę poprawić fakturę", "Proszę dopisać NIP kupującego {}."]),
    ("NIP", lambda: shape(nip(), 3, 3, 2, 2, sep="-"), ["Nasz NIP {}.", "Dane do faktury: Tartak Sosna, {}."]),
    ("NIP", lambda: shape(nip(), 3, 2, 2, 3, sep="-"), ["Dane: Piekarnia Okruch, {}.", "NIP: {}"]),
    ("NIP", lambda: "PL" + nip(), ["VAT UE {}.", "numer podatkowy {}"]),
    ("REGON", regon9, ["REGON {}.", "regon firmy: {}", "NIP jest w umowie, REGON to {}."]),
    ("REGON", regon14, ["REGON oddziału {}.", "regon {} 14 cyfr"]),
    ("ID_CARD", id_card, ["Dowód osobisty {}.", "seria i numer dowodu: {}", "Mam nowy dowód {}."]),
    ("ID_CARD", lambda: (lambda c: c[:3] + " " + c[3:])(id_card()), ["dowód {} ważny do 2031", "Nr dowodu osobistego {}.", "Proszę, {}."]),
    ("IBAN", lambda: iban("PL", 24), ["Proszę o zwrot na {}.", "IBAN: {}", "konto {} dzięki"]),
    ("IBAN", lambda: (lambda t: t[:4] + " " + fours(t[4:]))(iban("PL", 24)), ["Numer konta {}, Bank Krzem.", "przelew na {} poszedł"]),
    ("IBAN", lambda: (lambda t: t[2:4] + " " + fours(t[4:]))(iban("PL", 24)), ["Rachunek: {}.", "zwrot poproszę na {}"]),
    ("CARD", lambda: fours(card(R.choice(("4532", "5168", "4111")))), ["Karta {}, ważna do 08/27.", "płaciłem kartą {}", "Obciążono {} dwa razy."]),
    ("CARD", lambda: card(R.choice(("4532", "5168"))), ["numer karty {}", "z karty {} zeszło 49,90 zł"]),
    ("CARD", lambda: fours(card("5168"), "-"), ["Karta: {}."]),
    ("CARD", lambda: shape(card("37", 15), 4, 6, 5), ["Karta {} odrzucona."]),
]

SK = [
    ("PHONE", lambda: shape(sk_mobile(), 4, 3, 3), ["Volajte na {} po štvrtej.", "Moje číslo je {}.", "telefon na muza {}, ja ho nemavam", "Máte tam {}?"]),
    ("PHONE", sk_mobile, ["tel {}", "mobil: {}, ďakujem", "moje cislo {} zavolajte", "{} volajte kedykoľvek"]),
    ("PHONE", lambda: (lambda t: t[:4] + "/" + t[4:7] + " " + t[7:])(sk_mobile()), ["Kontakt {}.", "mobil {}"]),
    ("PHONE", lambda: (lambda t: t[:4] + "-" + t[4:7] + "-" + t[7:])(sk_mobile()), ["zavolajte na {}"]),
    ("PHONE", lambda: "+421 " + shape(sk_mobile()[1:], 3, 3, 3), ["Ozveme sa na {}.", "Je {} stále aktuálne?", "číslo zásielky 88213, kontakt {}"]),
    ("PHONE", lambda: "+421" + sk_mobile()[1:], ["SMS išla na {}.", "pošlem vám to na {}"]),
    ("PHONE", lambda: "00421 " + shape(sk_mobile()[1:], 3, 3, 3), ["zo zahraničia {}"]),
    ("PHONE", lambda: "+421 (0)" + shape(sk_mobile()[1:], 3, 3, 3), ["Telefón {}."]),
    ("PHONE", lambda: "02/" + shape(R.choice("4567") + digits(7), 4, 4), ["Pevná linka {} neberie.", "tel. {}"]),
    ("PHONE", lambda: R.choice(("045", "055", "048", "033")) + "/" + shape(digits(7, "56"), 3, 2, 2), ["Kancelária {}.", "telefónne číslo {}"]),
    ("PHONE", lambda: shape(sk_mobile(), 4, 3, 3, sep=NB), ["Platí ešte {}?", "Zapísala som {}."]),
    ("PHONE", lambda: shape(sk_mobile(), 4, 3, 3, sep=THIN), ["telefón: {}"]),
    ("PHONE", lambda: shape("0" + sk_mobile()[1:], 4, 2, 2, 2), ["mobil {}", "volaj {}"]),
    ("EMAIL", lambda: R.choice(("lenka.b", "mato", "zuz.ka_77", "h.kral", "pekar")) + "@" + R.choice(("posta.example", "mailik.example.sk", "rohlikovo.eu")), ["Faktúru pošlite na {}.", "mail je {}, správne?", "píšte na {}!", "Mám tu {} 🙂"]),
    ("EMAIL", lambda: "mailto:" + R.choice(("ivor", "danka")) + digits(2) + "@posta.example?subject=Reklamacia", ["Odkaz {} nefunguje."]),
    ("RODNE_CISLO", lambda: shape(rodne(), 6, 4, sep="/"), ["Rodné číslo {}.", "Údaje: Mária Hronská, {}, Nitra.", "rč {}", "narodená, r.č. {}", "{} je rodné číslo syna"]),
    ("RODNE_CISLO", rodne, ["rodné číslo {}", "Moje rodne cislo je {}.", "r. č. {}", "udaje: {}"]),
    ("RODNE_CISLO", lambda: f"{R.randint(25, 53):02}{R.randint(1, 12):02}{R.randint(1, 28):02}/{digits(3)}", ["Rodné číslo mamy je {}.", "r.č. {}"]),
    ("RODNE_CISLO", lambda: shape(rodne(), 6, 4), ["rodne cislo mam {}"]),
    ("ICO", ico, ["IČO {}.", "Faktúru na firmu, IČO: {}.", "ico {} opravte prosim", "IČO našej spoločnosti je {}."]),
    ("ICO", lambda: shape(ico(), 2, 3, 3), ["firma Kokos a syn, IČO {}", "IČO pekárne Rožok je {}."]),
    ("IBAN", sk_iban, ["Peniaze vráťte na {}.", "IBAN: {}", "účet {}"]),
    ("IBAN", lambda: fours(sk_iban()), ["Môj účet je {}.", "prevod na {} nedošiel", "číslo účtu {}, Modrá banka"]),
    ("IBAN", lambda: fours(iban("CZ", 20)), ["Účet mám v Čechách: {}."]),
    ("CARD", lambda: fours(card(R.choice(("4405", "5168", "4111")))), ["Karta {}, platnosť 08/27.", "platila som kartou {}", "Strhli mi z {} dvakrát."]),
    ("CARD", lambda: card(R.choice(("4405", "5168"))), ["číslo karty {}", "z karty {} odišlo 45,60"]),
    ("CARD", lambda: fours(card("5168"), "-"), ["Karta: {}."]),
    ("PHONE", lambda: "+420 " + shape(R.choice(("601", "724", "777", "608")) + digits(6), 3, 3, 3), ["Som v Česku, {}.", "číslo {} je české"]),
]


def rows(table, least=110):
    out, at = [], 0
    while len(out) < least:
        for kind, make, sentences in table:
            for sentence in sentences if at == 0 else [R.choice(sentences)]:
                number = make()
                out.append((kind, number, sentence.format(number)))
        at += 1
    return out


for code, table in (("ru", RU), ("pl", PL), ("sk", SK)):
    with open(HERE / f"identifiers-{code}.tsv", "w", encoding="utf-8") as out:
        out.write("kind\tidentifier\tsentence\n")
        for row in rows(table):
            out.write("\t".join(row) + "\n")
