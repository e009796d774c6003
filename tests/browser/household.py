"""Households as they live in both languages, made at a running house by its own API."""

import itertools
import json
import time
import urllib.request
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

Language = Literal["en", "ru"]
PASSWORD = "correct horse battery"
NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Thing:
    """What an item says, but its id."""

    text: str
    quantity: float | None = None
    unit: str | None = None
    note: str | None = None
    category: str | None = None
    price: float | None = None
    ticked: bool = False

    def fields(self) -> dict[str, object]:
        named = {name: getattr(self, name) for name in ("text", "quantity", "unit", "note", "category", "price")}
        return {name: value for name, value in named.items() if value is not None}


@dataclass
class Member:
    """An account and a token of it."""

    url: str
    name: str
    language: Language
    email: str
    token: str = ""
    id: str = ""
    items: dict[str, str] = field(default_factory=dict)  # ids by text, of all that this member added

    def call(self, operation: str, **payload: object) -> Any:
        headers = {"Content-Type": "application/json", "Accept-Language": self.language}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(f"{self.url}/api/{operation}", json.dumps(payload).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def make_list(self, title: str, things: tuple[Thing, ...] = ()) -> str:
        made = str(self.call("lists.create", title=title)["list"]["id"])
        if things:
            self.add(made, *things)
        return made

    def add(self, list_id: str, *things: Thing) -> None:
        for thing in things:
            self.items[thing.text] = str(uuid.uuid4())
        adds = [edit("add", item=self.items[thing.text], **thing.fields()) for thing in things]
        self.edit(list_id, *adds)
        bought = [self.items[thing.text] for thing in things if thing.ticked]
        if bought:
            self.edit(list_id, edit("tick", items=bought, ticked=True))

    def edit(self, list_id: str, *edits: dict[str, object]) -> None:
        results = self.call("lists.edit", list=list_id, edits=list(edits))["results"]
        assert all(result["status"] == "applied" for result in results), results

    def invite(self, list_id: str, role: str = "editor") -> str:
        return str(self.call("members.invite", list=list_id, role=role, link=True)["code"])

    def accept(self, code: str) -> None:
        self.call("members.accept", code=code)


def edit(kind: str, **given: object) -> dict[str, object]:
    at = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"id": str(uuid.uuid4()), "kind": kind, "at": at, **given}


def newcomer(url: str, name: str, language: Language, theme: str = "auto") -> Member:
    """An account of its own for each call."""
    member = Member(url, name, language, f"{uuid.uuid4().hex[:6]}.{next(NUMBERS)}@example.org")
    given = {
        "name": name,
        "email": member.email,
        "password": PASSWORD,
        "language": language,
        "device": "Chrome, Android",
    }
    answer = member.call("accounts.register", **given)
    member.token, member.id = answer["token"], answer["user"]["id"]
    if theme != "auto":
        member.call("accounts.update", theme=theme)
    return member


# --- what they write ----------------------------------------------------------------------------------------------

NAMES: dict[Language, tuple[str, str, str]] = {
    "en": ("Ann", "Bob", "Charlotte Featherstonehaugh"),
    "ru": ("Анна", "Борис", "Людмила Константинопольская"),
}
TITLES: dict[Language, tuple[str, str, str, str]] = {
    "en": ("Groceries", "Hardware store", "Birthday on Saturday 🎂", "Pharmacy"),
    "ru": ("Продукты", "Строительный магазин", "День рождения в субботу 🎂", "Аптека"),
}
WEEKLY: dict[Language, tuple[Thing, ...]] = {
    "en": (
        Thing("Potatoes", 2, "kg", category="Vegetables"),
        Thing("Milk", 2, "l", "low fat, the blue one", "Dairy", 1.19),
        Thing("Rye bread"),
        Thing("Cherry tomatoes", 500, "g", category="Vegetables", price=2.49),
        Thing("Eggs", 10, None, "free range", "Dairy"),
        Thing("Coffee beans", 1, "kg", "only if on offer", price=13.99),
        Thing("Bananas", 6),
        Thing("Olive oil", 0.5, "l"),
        Thing("Washing powder", note="for colours", category="Household"),
        Thing("Cheese", 300, "g", "the one that Grandma likes", "Dairy"),
        Thing("Basil", 1, "bunch"),
        Thing("Chocolate 🍫", 2, "bar"),
    ),
    "ru": (
        Thing("Картофель", 2, "kg", category="Овощи"),
        Thing("Молоко", 2, "l", "нежирное, в синем пакете", "Молочное", 89.9),
        Thing("Хлеб бородинский"),
        Thing("Помидоры черри", 500, "g", category="Овощи", price=219),
        Thing("Яйца", 10, None, "деревенские", "Молочное"),
        Thing("Кофе в зёрнах", 1, "kg", "только по акции", price=1399),
        Thing("Бананы", 6),
        Thing("Оливковое масло", 0.5, "l"),
        Thing("Стиральный порошок", note="для цветного белья", category="Хозяйственное"),
        Thing("Сыр", 300, "g", "тот, который любит бабушка", "Молочное"),
        Thing("Базилик", 1, "bunch"),
        Thing("Шоколад 🍫", 2, "bar"),
    ),
}
LONG: dict[Language, tuple[Thing, ...]] = {
    "en": (
        Thing(
            "Screws for the shelf in the hall, 4 by 40 mm, countersunk, the brass ones if they have them, otherwise "
            "whatever the man at the counter says will hold twenty kilograms of books without bending again",
            1234.567,
            "pieces in the small box",
            "Ask whether the plugs are included, and take the receipt: the last ones had to go back",
            "Things for the house and the garden",
            123456.78,
        ),
        Thing("https://shop.example.org/very/long/address/without/any/blank/in/it?article=4711&colour=anthracite"),
        Thing("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", 999999.999, "kg"),
        Thing("👨‍👩‍👧‍👦 Family pack of ice cream 🍦🍦🍦 for everyone", 4, "tub"),
        Thing("Salt"),
    ),
    "ru": (
        Thing(
            "Шурупы для полки в прихожей, 4 на 40 мм, с потайной головкой, лучше латунные, если будут, а если нет, "
            "то любые, которые по словам продавца выдержат двадцать килограммов книг и снова не погнутся",
            1234.567,
            "штук в маленькой коробке",
            "Спросить, есть ли в комплекте дюбели, и взять чек: прошлые пришлось возвращать",
            "Товары для дома, дачи и огорода",
            123456.78,
        ),
        Thing("https://shop.example.org/very/long/address/without/any/blank/in/it?article=4711&colour=anthracite"),
        Thing("Превысокомногорассмотрительствующий достопримечательнейший сыр", 999999.999, "kg"),
        Thing("👨‍👩‍👧‍👦 Семейная упаковка мороженого 🍦🍦🍦 на всех", 4, "tub"),
        Thing("Соль"),
    ),
}
SHELVES: dict[Language, str] = {
    "en": """
        Apples Pears Plums Grapes Lemons Limes Oranges Kiwis Mangoes Carrots Onions Garlic Leek Celery Spinach Lettuce
        Cucumber Peppers Aubergine Courgettes Broccoli Cauliflower Mushrooms Parsley Dill Butter Yoghurt Cream Kefir
        Quark Mozzarella Parmesan Ham Salami Chicken Salmon Tuna Rice Pasta Lentils Chickpeas Flour Sugar Yeast Honey
        Jam Muesli Oats Nuts Raisins Tea Juice Water Napkins Soap Shampoo Toothpaste Sponges Candles Batteries
    """,
    "ru": """
        Яблоки Груши Сливы Виноград Лимоны Лаймы Апельсины Киви Манго Морковь Лук Чеснок Порей Сельдерей Шпинат Салат
        Огурцы Перец Баклажаны Кабачки Брокколи Капуста Шампиньоны Петрушка Укроп Масло Йогурт Сливки Кефир Творог
        Моцарелла Пармезан Ветчина Колбаса Курица Лосось Тунец Рис Макароны Чечевица Нут Мука Сахар Дрожжи Мёд Варенье
        Мюсли Овсянка Орехи Изюм Чай Сок Вода Салфетки Мыло Шампунь Паста Губки Свечи Батарейки
    """,
}
OTHERS: dict[Language, tuple[tuple[Thing, ...], ...]] = {
    "en": (
        (Thing("Drill bits", ticked=True), Thing("Sandpaper"), Thing("White paint", 2, "can")),
        (Thing("Cake"), Thing("Candles", 7), Thing("Balloons", 20), Thing("Lemonade", 6, "bottle")),
        (Thing("Plasters", ticked=True), Thing("Vitamin D", ticked=True)),
    ),
    "ru": (
        (Thing("Свёрла", ticked=True), Thing("Наждачная бумага"), Thing("Белая краска", 2, "can")),
        (Thing("Торт"), Thing("Свечи", 7), Thing("Шары", 20), Thing("Лимонад", 6, "bottle")),
        (Thing("Пластырь", ticked=True), Thing("Витамин D", ticked=True)),
    ),
}


def many(language: Language) -> tuple[Thing, ...]:
    """Sixty things, in the order of the shelves."""
    return tuple(map(Thing, SHELVES[language].split()))


def half_bought(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    """Every second of them lies in the trolley."""
    return tuple(replace(thing, ticked=number % 2 == 1) for number, thing in enumerate(things))


def all_bought(things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    return tuple(replace(thing, ticked=True) for thing in things)
