"""Words people type: when two texts are the same thing, and which unit a spelling means, in Russian and English."""

from functools import lru_cache
from unicodedata import normalize

# Codes of units and how people write them; any case, with and without dots.
SPELLINGS = {
    "kg": (
        "kg, kgs, kilo, kilos, kilogram, kilograms, kilogramme, kilogrammes, кг, кило, килограмм, "
        "килограмма, килограммов, килограммы"
    ),
    "g": "g, gr, gm, gms, gram, grams, gramme, grammes, г, гр, грамм, грамма, граммов, граммы",
    "mg": "mg, milligram, milligrams, мг, миллиграмм, миллиграмма, миллиграммов",
    "lb": "lb, lbs, pound, pounds, фунт, фунта, фунтов",
    "oz": "oz, ounce, ounces, унция, унции, унций",
    "l": "l, lt, ltr, ltrs, liter, liters, litre, litres, л, литр, литра, литров, литры",
    "ml": "ml, mls, milliliter, milliliters, millilitre, millilitres, мл, миллилитр, миллилитра, миллилитров",
    "gal": "gal, gals, gallon, gallons, галлон, галлона, галлонов",
    "qt": "qt, qts, quart, quarts, кварта, кварты, кварт",
    "pt": "pt, pts, pint, pints, пинта, пинты, пинт",
    "floz": "fl oz, floz, fluid ounce, fluid ounces, fl. oz., жидкая унция, жидкой унции, жидкие унции, жидких унций",
    "cup": "cup, cups, glass, glasses, стакан, стакана, стаканов, стак",
    "tbsp": (
        "tbsp, tbsps, tbs, tbl, tablespoon, tablespoons, ст.л., ст. ложка, ст. ложки, ст. ложек, столовая ложка, "
        "столовые ложки, столовых ложек"
    ),
    "tsp": "tsp, tsps, teaspoon, teaspoons, ч.л., ч. ложка, ч. ложки, ч. ложек, "
    "чайная ложка, чайные ложки, чайных ложек",
    "m": "m, meter, meters, metre, metres, м, метр, метра, метров",
    "cm": "cm, centimeter, centimeters, centimetre, centimetres, см, сантиметр, сантиметра, сантиметров",
    "pack": (
        "pack, packs, pk, pkg, pkgs, pkt, pkts, packet, packets, package, packages, уп, упак, упаковка, "
        "упаковки, упаковок, пачка, пачки, пачек, пач"
    ),
    "bottle": "bottle, bottles, btl, btls, bot, бут, бутылка, бутылки, бутылок, бутылочка",
    "can": "can, cans, tin, tins, банка, банки, банок, бан, ж/б, консервная банка",
    "jar": "jar, jars, баночка, баночки, баночек",
    "box": "box, boxes, bx, коробка, коробки, коробок, кор, короб",
    "bag": "bag, bags, sack, sacks, пакет, пакета, пакетов, пак, мешок, мешка, мешков",
    "carton": "carton, cartons, картонная упаковка, тетрапак, тетрапака, тетрапаков",
    "sachet": "sachet, sachets, pouch, pouches, пакетик, пакетика, пакетиков, саше, пауч",
    "case": "case, cases, crate, crates, ящик, ящика, ящиков",
    "net": "net, nets, сетка, сетки, сеток",
    "tray": "tray, trays, punnet, punnets, лоток, лотка, лотков",
    "tub": "tub, tubs, ведро, ведра, вёдер, ведёрко, ведёрка, ведёрек, стаканчик, стаканчика, стаканчиков",
    "tube": "tube, tubes, тюбик, тюбика, тюбиков, туба",
    "roll": "roll, rolls, рулон, рулона, рулонов, рул",
    "bar": "bar, bars, плитка, плитки, плиток",
    "loaf": "loaf, loaves, буханка, буханки, буханок",
    "bunch": "bunch, bunches, пучок, пучка, пучков, пуч",
    "head": "head, heads, кочан, кочана, кочанов, вилок, головка, головки, головок",
    "clove": "clove, cloves, зубчик, зубчика, зубчиков, зуб",
    "slice": "slice, slices, ломтик, ломтика, ломтиков, кусок, куска, кусков",
    "stick": "stick, sticks, палочка, палочки, палочек",
    "stalk": "stalk, stalks, rib, ribs, стебель, стебля, стеблей",
    "sprig": "sprig, sprigs, веточка, веточки, веточек",
    "pinch": "pinch, pinches, щепотка, щепотки, щепоток",
}
# Words for bare counts: "2 pcs" is a quantity of 2 and no unit.
COUNTS = "шт, штука, штуку, штуки, штук, штуками, pcs, pc, piece, pieces, ea, each, count, ct"


def fold(text: str) -> str:
    """The form in which two texts are equal where people mean the same: no case, no extra spaces, ё as е."""
    if text.isascii():
        return " ".join(text.lower().split())
    # Case folding can leave what NFC would join, so it comes before and after.
    folded = normalize("NFC", normalize("NFC", text).casefold())
    return " ".join(folded.replace("ё", "е").split())


def canonical_unit(unit: str | None) -> str | None:
    """The code of a unit, None for a word of bare counts; a unit that is no spelling known here stays as typed."""
    if unit is None:
        return None
    code = unit_code(unit)
    return unit if code is None else code or None


def unit_key(unit: str | None) -> str:
    """Equal for units whose quantities can be added: the code, empty for none, other text without case and spaces."""
    unit = canonical_unit(unit)
    return "" if unit is None else " ".join(normalize("NFC", unit).casefold().split())


def _spaced(text: str) -> str:
    return " ".join(text.replace(".", " ").split())


def _undotted(text: str) -> str:
    return " ".join(text.replace(".", "").split())


def _table() -> dict[str, str]:
    table = {}
    for code, words in {**SPELLINGS, "": COUNTS}.items():
        for word in words.split(", "):
            folded = fold(word)
            table[_spaced(folded)] = table[_undotted(folded)] = code
    return table


_CODES = _table()


@lru_cache(maxsize=1024)
def unit_code(unit: str) -> str | None:
    """The code of a spelling, empty for a bare count, None where it is neither."""
    folded = fold(unit)
    return _CODES.get(_undotted(folded), _CODES.get(_spaced(folded)))
