"""Writes the two binary samples, `ru.parquet` and `pl.arrow`, beside this file.

It holds their conversations and nothing else; the other samples are text and are edited by hand. Needs pyarrow:

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install pyarrow && /tmp/venv/bin/python data/samples/binary.py
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as parquet

SCHEMA = pa.schema([
    ("conversation_id", pa.string()), ("turn", pa.uint32()), ("start", pa.float64()), ("end", pa.float64()),
    ("speaker", pa.string()), ("text", pa.string()), ("agent_id", pa.string()), ("customer_id", pa.string()),
    ("team", pa.string()), ("channel", pa.string()), ("direction", pa.string()), ("language", pa.string()),
    ("started_at", pa.string()),
])

# A conversation: what holds for all its turns, then (speaker, start, end, text) a turn; times in seconds.
RU = [
    ({
        "conversation_id": "ru-sample-07", "agent_id": "a-107", "customer_id": "c-1007", "team": "t-2",
        "channel": "email", "direction": "inbound", "language": "ru", "started_at": "2026-03-09T09:00:00+03:00",
    }, [
        ("customer", 0.0, 0.0, "Здравствуйте. Прошу разобраться: за март мне дважды выставили оплату абонемента, по 1 200 рублей списали 3 и 5 марта. Хочу вернуть лишнее. Игорь Придуманный, тел. +7 900 555-03-41"),
        ("agent", 10800.0, 10800.0, "Здравствуйте, Игорь. Двойное списание неприятно, и вы вправе быть недовольны. Спасибо, что сообщили нам об ошибке. Абонемент продлили дважды по нашей вине, приносим извинения. Я оформила возврат 1 200 рублей, деньги поступят до 13 марта. Сможете ли вы подождать до этой даты? И подскажите, пожалуйста, осталась ли у вас прежняя карта? С уважением, Анна, клуб «Пример»"),
        ("customer", 28800.0, 28800.0, "Подождать могу. Карту перевыпустили, новая: 4111 1111 1111 1111"),
        ("agent", 32400.0, 32400.0, "Благодарю за ответ. Я направила возврат на новую карту, срок прежний – до 13 марта. С уважением, Анна"),
        ("customer", 111600.0, 111600.0, "Деньги пришли сегодня, спасибо."),
        ("agent", 118800.0, 118800.0, "Рада, что всё получилось. Спасибо за весточку и хорошего дня. С уважением, Анна"),
    ]),
    ({
        "conversation_id": "ru-sample-08", "agent_id": "a-105", "customer_id": "c-1008", "team": "t-3",
        "channel": "phone", "direction": "inbound", "language": "ru", "started_at": "2026-03-12T16:10:00+03:00",
    }, [
        ("agent", 0.4, 2.1, "служба доставки слушаю"),
        ("customer", 2.8, 11.5, "здравствуйте я третий раз звоню по поводу посылки она у вас неделю лежит и никто ее не везет"),
        ("agent", 25.0, 29.0, "вы каждый день названиваете сказано же вам ждите"),
        ("customer", 29.6, 36.4, "сколько можно ждать вы мне каждый раз обещаете завтра завтра совести у вас нет"),
        ("agent", 37.2, 44.0, "успокойтесь и прекратите орать я в этом не виновата это не ко мне вопросы"),
        ("customer", 44.5, 49.0, "а к кому почему посылку не везут целую неделю"),
        ("agent", 49.7, 55.1, "потому что курьеров не хватает у нас тут работают одни бездельники"),
        ("customer", 56.0, 58.2, "я хочу оставить жалобу"),
        ("agent", 58.8, 65.1, "жалобу я у вас не приму сами виноваты надо было адрес нормально писать"),
        ("customer", 65.9, 69.5, "адрес правильный его ваш же водитель подтвердил"),
        ("agent", 70.0, 72.6, "всё разговор окончен кладу трубку"),
    ]),
]

PL = [
    ({
        "conversation_id": "pl-sample-09", "agent_id": "a-208", "customer_id": "c-2009", "team": "t-15",
        "channel": "in_person", "direction": "inbound", "language": "pl", "started_at": "2026-03-16T09:40:00+01:00",
    }, [
        ("agent", 0.4, 5.4, "Dzień dobry, zapraszam do stanowiska. Co mogę dla pana zrobić?"),
        ("customer", 6.1, 14.8, "Trzeci raz tu jestem po dowód i trzeci raz go nie ma! Kpicie sobie z ludzi, do cholery!"),
        ("agent", 15.7, 30.9, "Trzy wizyty na darmo, ma pan pełne prawo być zdenerwowany. Proszę usiąść, podam panu szklankę wody. Dziękuję, że pan nam to zgłasza. Kiedy złożył pan wniosek i co panu powiedziano ostatnim razem?"),
        ("customer", 31.5, 36.0, "Szóstego lutego. W piątek mówili, że dziś już będzie."),
        ("agent", 36.8, 54.3, "Dziękuję. Dowód dotarł w piątek, ale przez pomyłkę trafił do filii przy Dębowej. To nasz błąd, przepraszam pana. Goniec przywiezie go tutaj dziś do trzynastej. Czy może pan zaczekać, czy woli pan odebrać go o innej porze?"),
        ("customer", 54.8, 61.1, "O trzynastej mogę przyjść w przerwie. Tylko nie chcę znowu stać w kolejce."),
        ("agent", 61.8, 72.3, "Oczywiście. Proszę podejść wprost do mnie, do stanowiska czwartego, tu jest numerek na trzynastą. Poproszę jeszcze o PESEL, żebym mógł oznaczyć wniosek."),
        ("customer", 73.2, 76.7, "99810112346."),
        ("agent", 77.3, 83.2, "Dziękuję, zgadza się, wniosek oznaczony. Czy mogę zrobić dla pana coś jeszcze?"),
        ("customer", 84.0, 87.6, "Nie, to wszystko. Przepraszam, że się uniosłem."),
        ("agent", 88.1, 92.1, "Nic się nie stało. Do zobaczenia o trzynastej."),
    ]),
    ({
        "conversation_id": "pl-sample-10", "agent_id": "a-203", "customer_id": "c-2010", "team": "t-13",
        "channel": "in_person", "direction": "inbound", "language": "pl", "started_at": "2026-03-17T17:20:00+01:00",
    }, [
        ("customer", 0.4, 4.9, "Dzień dobry, chcę oddać czajnik. Cieknie od pierwszego dnia."),
        ("agent", 5.6, 11.0, "To pana wina. Trzeba było go nie zalewać po sam brzeg."),
        ("customer", 11.9, 16.9, "Nie zalewałem. Proszę o nowy czajnik albo o zwrot pieniędzy."),
        ("agent", 17.5, 22.0, "Nic pan nie dostanie. Taki jest regulamin i koniec."),
        ("customer", 22.8, 25.9, "W takim razie chcę złożyć reklamację."),
        ("agent", 26.4, 29.5, "Nie ma mowy, reklamacji nie przyjmę."),
        ("customer", 30.2, 31.9, "Pani jest nieuprzejma."),
        ("agent", 32.8, 38.2, "A pan jest upierdliwy i zawraca mi głowę. Rozmowa skończona, następny!"),
    ]),
]


def rows(conversations):
    """One dictionary a turn, conversation after conversation."""
    return [
        {**about, "turn": number, "speaker": speaker, "start": start, "end": end, "text": text}
        for about, turns in conversations
        for number, (speaker, start, end, text) in enumerate(turns)
    ]


def main():
    here = Path(__file__).resolve().parent
    parquet.write_table(pa.Table.from_pylist(rows(RU), SCHEMA), here / "ru.parquet", compression="snappy")
    # Rows of different conversations take turns here, as in an export sorted by time.
    mixed = sorted(rows(PL), key=lambda row: row["turn"])
    feather.write_feather(pa.Table.from_pylist(mixed, SCHEMA), here / "pl.arrow", compression="uncompressed")


if __name__ == "__main__":
    main()
