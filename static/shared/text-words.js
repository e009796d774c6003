/**
 * The words that reading typed text depends on, in English and Russian, lower case, ё as е: a list a question.
 *
 * The same as `domain/text_words.py`, which a test compares.
 */

/** @param {string} text */
const words = (text) => new Set(text.split(" "));
/** @param {string} text */
const phrases = (text) => new Set(text.split("|"));
/** @param {Set<string>} all @param {string} some */
const without = (all, some) => new Set([...all].filter((word) => !words(some).has(word)));

/** @param {Record<string, string>} rows */
const codes = (rows) =>
  new Map(Object.entries(rows).flatMap(([key, text]) => text.split(" ").map((word) => /** @type {const} */ ([word, key]))));

/** @param {Record<number, string>} rows */
const numbers = (rows) => new Map([...codes(rows)].map(([word, value]) => /** @type {const} */ ([word, Number(value)])));

/** Numbers in words. What follows a hundred or a thousand is added, what precedes it multiplies. */
export const NUMBERS = numbers({
  1: "one один одна одно одну", 2: "two два две", 3: "three три", 4: "four четыре", 5: "five пять", 6: "six шесть",
  7: "seven семь", 8: "eight восемь", 9: "nine девять", 10: "ten десять", 11: "eleven одиннадцать",
  12: "twelve двенадцать", 13: "thirteen тринадцать", 14: "fourteen четырнадцать", 15: "fifteen пятнадцать",
  16: "sixteen шестнадцать", 17: "seventeen семнадцать", 18: "eighteen восемнадцать", 19: "nineteen девятнадцать",
  20: "twenty двадцать", 30: "thirty тридцать", 40: "forty fourty сорок", 50: "fifty пятьдесят",
  60: "sixty шестьдесят", 70: "seventy семьдесят", 80: "eighty восемьдесят", 90: "ninety девяносто", 100: "сто",
  200: "двести", 300: "триста", 400: "четыреста", 500: "пятьсот", 600: "шестьсот", 700: "семьсот", 800: "восемьсот",
  900: "девятьсот",
});
export const SCALES = numbers({ 100: "hundred", 1000: "thousand тысяча тысячу тысячи тысяч" });
/** Amounts that are one word, in thousandths. */
export const WHOLE_WORDS = numbers({ 1500: "полтора полторы" });
/** How many one of them is: "two dozen", «пара», «полдюжины». */
export const DOZENS = numbers({
  12: "dozen dozens doz dz дюжина дюжину дюжины дюжин", 10: "десяток десятка десятков дес дес.", 2: "couple пара пару",
});
export const HALVES = numbers({
  500: "half половина половину половинка половинку пол", 250: "quarter четверть", 333: "третью треть",
});
/** After a number: "three quarters", «две трети». In parts of one. */
export const PARTS = numbers({ 4: "quarters quarter четверти", 3: "thirds third трети", 2: "halves" });
/** After "two and", «два с»: what is added, in thousandths. */
export const REMAINDERS = numbers({ 500: "half половиной", 250: "quarter четвертью", 333: "third третью" });
export const ARTICLES = words("a an");
export const AND = words("and и");
/** between the ends of a range */
export const TO = words("to or до или");
/** before one */
export const FROM = words("from от between между");
export const ABOUT = words(
  "~ ≈ about nearly almost почти approx approx. approximately around roughly circa ca ca. около примерно приблизительно " +
    "ориентировочно прим. где-то",
);
/** Two words that say "about", before an amount and after it. */
export const ABOUT_PAIRS = phrases("at least|up to|more or|не менее|не меньше|не больше|не более|где то");
export const OR_SO = phrases("or so|or more|or less|или около|или больше|или более");
/** A number followed by one of these is none of an amount. */
export const NOT_BEFORE = words(
  "% percent pct am pm a.m. p.m. a.m p.m o'clock o’clock oclock h hr hrs hour hours min mins minute minutes day " +
    "days week weeks month months year years grain grains people persons person ply inch inches mm watt watts w v " +
    "volt ° °c $ € £ ₽ ¥ ₴ ₸ usd eur gbp rub dollar dollars euro euros buck bucks cent cents pence quid процент " +
    "процента процентов проц проц. руб руб. рубль рубля рублей рублей. р р. коп коп. копеек евро доллар доллара " +
    "долларов бакс баксов грн тенге час часа часов ч мин мин. минут минуты день дня дней неделя недели недель " +
    "месяц месяца месяцев год года лет злак злака злаков человек мм вт дюйм дюйма дюймов january february march " +
    "april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov " +
    "dec января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
);
/** A number without a unit that follows one of these belongs to the name. */
export const NOT_AFTER = words(
  "vitamin vitamins omega size sizes sz no no. nr nr. № # number num num. type spf factor wd stage step level " +
    "formula version vol vol. volume chapter grade model heinz class part series windows iphone galaxy ps xbox " +
    "route bus gate for at by in on of before after until till since from to under over with than is $ € £ ₽ ¥ " +
    "usd eur gbp rub rs витамин витамины витамина омега размер размера разм разм. р-р номер ном. тип категория " +
    "категории ступень сорт класс часть том версия модель серия формула ессентуки балтика портвейн nan нан " +
    "нутрилон nutrilon aptamil similac симилак этап фактор уровень дом квартира кв кв. автобус каб. кабинет айфон " +
    "для в во к ко на до после с со от по из под над при за у о об",
);
/** An amount that follows one of these says which: "bucket for 10 l", «арбуз до 5 кг». */
export const WHICH = words("for with per по на до от для за в во с со из");
/** Names that begin with a number. */
export const NUMBERED_NAMES = phrases(
  "7 up|seven up|7 days|7 дней|5 spice|five spice|half and|thousand island|1000 island|100 plus|8 o'clock|" +
    "3 musketeers|three musketeers|57 sauce|5 gum|one pot|2 pac|сто лото|сто рецептов|семь злаков|пять злаков|" +
    "три корочки|3 корочки|три желания|три толстяка|три кота|три медведя",
);
/** Names that "and" or «и» joins; any other last pair of a list with commas is two things. */
export const JOINED_NAMES = phrases(
  "mac and cheese|macaroni and cheese|salt and pepper|fish and chips|half and half|bread and butter|" +
    "salt and vinegar|cookies and cream|sweet and sour|oil and vinegar|pork and beans|ham and cheese|" +
    "ham and eggs|bacon and eggs|rice and beans|cheese and onion|sour cream and onion|head and shoulders|" +
    "black and white|salt and black pepper|surf and turf|gin and tonic|rum and coke|chips and dip|" +
    "chips and salsa|burger and fries|peanut butter and jelly|biscuits and gravy|franks and beans|" +
    "соль и перец|хлеб и масло|сметана и лук|сметаны и лука|лук и сметана|шампунь и бальзам|ветчина и сыр|" +
    "инь и ян|сыр и ветчина",
);
/** Codes of units that measure; all others count things. Beside a count, a measure is a size. */
export const MEASURES = words("kg g mg lb oz l ml gal qt pt floz cup tbsp tsp m cm");
export const LENGTHS = words("m cm");
/** Units in which three decimals after a comma are no thousands: 1,250 kg is a kilo and a quarter. */
export const LARGE = words("kg l lb gal");
/** Without a number and without "of" these are units all the same: "kilo onions". */
export const PLAIN_MEASURES = words("pinch kg kilo kilogram kilogramme liter litre ltr gallon");
/** Russian units that stand for one of it, before the name: «банка горошка». */
export const ALONE_RU = phrases(
  "кило|килограмм|грамм|фунт|литр|галлон|кварта|пинта|стакан|упаковка|пачка|бутылка|банка|баночка|коробка|" +
    "короб|пакет|мешок|пакетик|ящик|сетка|лоток|ведро|ведерко|стаканчик|тюбик|рулон|плитка|буханка|пучок|" +
    "кочан|вилок|головка|зубчик|ломтик|кусок|палочка|стебель|веточка|щепотка|упаковку|пачку|бутылку|банку|" +
    "баночку|коробку|сетку|плитку|буханку|головку|палочку|веточку|щепотку|метр|кг|столовая ложка|чайная ложка",
);
/** The accusative, as people dictate: «купить пачку масла». */
export const ACCUSATIVES = codes({
  pack: "упаковку пачку", bottle: "бутылку", can: "банку", jar: "баночку", box: "коробку", net: "сетку",
  bar: "плитку", loaf: "буханку", head: "головку", stick: "палочку", sprig: "веточку", pinch: "щепотку", oz: "унцию",
  pt: "пинту", qt: "кварту",
});
/** Units whose singular also makes names, and what it makes them with: "can opener", "pound cake". */
export const NAMING_UNITS = words("can tin bar pound cup glass box jar bottle head stick tube case net roll pint rib");
export const NOT_A_UNIT_BEFORE = words(
  "opener openers foil soap soaps cake cakes cleaner cleaners noodle noodles cutter cutters brush brushes stool " +
    "stools lid lids clip clips pan pans glass glasses curtain curtains holder holders rack racks blender " +
    "blenders deodorant liner liners sealer sealers warmer warmers stand stands cozy jar jars bottles bowl bowls tape ties roast eye " +
    "eyes socks top tops lamp snacks sets set",
);
export const PREPOSITIONS = words("с со для из под в во на к ко от до без и или за");
/** What recipes say about the thing before the comma; a piece of such words alone is a note. */
export const PREPARED = words(
  "ripe warm cold salted unsalted undrained unpeeled lukewarm " +
    "chopped diced sliced minced peeled grated crushed melted softened drained rinsed beaten divided trimmed " +
    "halved quartered seeded deseeded pitted cubed shredded toasted packed sifted juiced zested thawed washed " +
    "cored mashed cleaned deveined deboned torn crumbled julienned whisked separated smashed ground cooked boiled " +
    "uncooked chilled cooled warmed dried stemmed removed optional cut scrubbed squeezed ripped pressed blanched " +
    "roasted room temperature finely roughly coarsely thinly thickly freshly lightly well very small large into " +
    "in pieces chunks cubes strips slices wedges rings halves quarters rounds bite-sized bite-size lengthwise " +
    "crosswise and or if needed нарезанный нарезанная нарезанное нарезанные порезанный порезанная порезанные " +
    "рубленый рубленая рубленые измельченный измельченная измельченное измельченные натертый натертая натертое " +
    "натертые тертый тертая тертые очищенный очищенная очищенное очищенные растопленный растопленное размягченное " +
    "размягченный раздавленный раздавленные нарезать порезать натереть очистить измельчить порубить растопить " +
    "размягчить мелко крупно тонко кубиками кубиком кольцами кольцом полукольцами ломтиками соломкой дольками " +
    "кружочками пополам и или на терке крупной мелкой опционально",
);
/** Of those, what says enough by itself; adverbs and joining words need one of them beside. */
export const PREPARED_ALONE = without(PREPARED, 
  "ground cooked boiled uncooked chilled cooled warmed dried roasted room temperature finely roughly coarsely " +
    "thinly thickly freshly lightly well very small large into in pieces chunks cubes strips slices wedges rings " +
    "halves quarters rounds bite-sized bite-size lengthwise crosswise and or if needed cut мелко крупно тонко и " +
    "или на терке крупной мелкой тертый тертая тертые рубленый рубленая рубленые",
);
/** How a remark of a recipe begins, whatever follows. */
export const REMARK_STARTS = phrases(
  "leaves only|leaves picked|to taste|at room temperature|for garnish|for serving|for dusting|" +
    "for frying|for greasing|to serve|to garnish|plus more|plus extra|or to taste|or more|" +
    "cut into|skin on|if needed|по вкусу|для подачи|для украшения|для жарки|для смазывания|" +
    "комнатной температуры|по желанию|на глаз|взбить|отварить|сварить|обжарить|нашинковать|" +
    "промыть|замочить|разморозить|остудить|охладить|просеять|отжать|растереть|раскрошить|" +
    "почистить|поджарить|смешать|размять|выжать|разрезать|мелко порубить|крупно порубить|" +
    "раздавить|нарезать|порезать|натереть|очистить|измельчить",
);
/** Before a colon these head whatever follows. */
export const BUYING = phrases("to buy|buy|shopping list|купить|купи|надо купить|нужно купить|список покупок");
/** Before a colon these head the line's items rather than name a thing. */
export const HEADINGS = phrases(
  "to buy|buy|need|we need|shopping|shopping list|list|groceries|grocery list|veg|veggies|vegetables|fruit|" +
    "fruits|dairy|meat|fish|bakery|frozen|drinks|household|ingredients|get|please buy|please get|купить|купи|" +
    "надо|надо купить|нужно|нужно купить|список|список покупок|покупки|овощи|фрукты|молочка|молочное|мясо|" +
    "рыба|напитки|бакалея|заморозка|хозтовары|бытовая химия|химия|ингредиенты|продукты|взять|возьми|в магазин|" +
    "магазин|зелень|не забыть",
);
