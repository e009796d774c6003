/**
 * Units and how people spell them, in Russian and English: the same table as `domain/units.py`, which a test compares.
 */
import { fold } from "./fold.js";

/** Codes of units and how people write them; any case, with and without dots. @type {Record<string, string>} */
export const SPELLINGS = {
  kg:
    "kg, kgs, kilo, kilos, kilogram, kilograms, kilogramme, kilogrammes, кг, кило, килограмм, килограмма, " +
    "килограммов, килограммы",
  g: "g, gr, gm, gms, gram, grams, gramme, grammes, г, гр, грамм, грамма, граммов, граммы",
  mg: "mg, milligram, milligrams, мг, миллиграмм, миллиграмма, миллиграммов",
  lb: "lb, lbs, pound, pounds, фунт, фунта, фунтов",
  oz: "oz, ounce, ounces, унция, унции, унций",
  l: "l, lt, ltr, ltrs, liter, liters, litre, litres, л, литр, литра, литров, литры",
  ml: "ml, mls, milliliter, milliliters, millilitre, millilitres, мл, миллилитр, миллилитра, миллилитров",
  gal: "gal, gals, gallon, gallons, галлон, галлона, галлонов",
  qt: "qt, qts, quart, quarts, кварта, кварты, кварт",
  pt: "pt, pts, pint, pints, пинта, пинты, пинт",
  floz: "fl oz, floz, fluid ounce, fluid ounces, fl. oz., жидкая унция, жидкой унции, жидкие унции, жидких унций",
  cup: "cup, cups, glass, glasses, стакан, стакана, стаканов, стак",
  tbsp:
    "tbsp, tbsps, tbs, tbl, tablespoon, tablespoons, ст.л., ст. ложка, ст. ложки, ст. ложек, столовая ложка, столовые " +
    "ложки, столовых ложек",
  tsp: "tsp, tsps, teaspoon, teaspoons, ч.л., ч. ложка, ч. ложки, ч. ложек, чайная ложка, чайные ложки, чайных ложек",
  m: "m, meter, meters, metre, metres, м, метр, метра, метров",
  cm: "cm, centimeter, centimeters, centimetre, centimetres, см, сантиметр, сантиметра, сантиметров",
  pack:
    "pack, packs, pk, pkg, pkgs, pkt, pkts, packet, packets, package, packages, уп, упак, упаковка, упаковки, " +
    "упаковок, пачка, пачки, пачек, пач",
  bottle: "bottle, bottles, btl, btls, bot, бут, бутылка, бутылки, бутылок, бутылочка",
  can: "can, cans, tin, tins, банка, банки, банок, бан, ж/б, консервная банка",
  jar: "jar, jars, баночка, баночки, баночек",
  box: "box, boxes, bx, коробка, коробки, коробок, кор, короб",
  bag: "bag, bags, sack, sacks, пакет, пакета, пакетов, пак, мешок, мешка, мешков",
  carton: "carton, cartons, картонная упаковка, тетрапак, тетрапака, тетрапаков",
  sachet: "sachet, sachets, pouch, pouches, пакетик, пакетика, пакетиков, саше, пауч",
  case: "case, cases, crate, crates, ящик, ящика, ящиков",
  net: "net, nets, сетка, сетки, сеток",
  tray: "tray, trays, punnet, punnets, лоток, лотка, лотков",
  tub: "tub, tubs, ведро, ведра, вёдер, ведёрко, ведёрка, ведёрек, стаканчик, стаканчика, стаканчиков",
  tube: "tube, tubes, тюбик, тюбика, тюбиков, туба",
  roll: "roll, rolls, рулон, рулона, рулонов, рул",
  bar: "bar, bars, плитка, плитки, плиток",
  loaf: "loaf, loaves, буханка, буханки, буханок",
  bunch: "bunch, bunches, пучок, пучка, пучков, пуч",
  head: "head, heads, кочан, кочана, кочанов, вилок, головка, головки, головок",
  clove: "clove, cloves, зубчик, зубчика, зубчиков, зуб",
  slice: "slice, slices, ломтик, ломтика, ломтиков, кусок, куска, кусков",
  stick: "stick, sticks, палочка, палочки, палочек",
  stalk: "stalk, stalks, rib, ribs, стебель, стебля, стеблей",
  sprig: "sprig, sprigs, веточка, веточки, веточек",
  pinch: "pinch, pinches, щепотка, щепотки, щепоток",
};

/** Words for bare counts: "2 pcs" is a quantity of 2 and no unit. */
export const COUNTS = "шт, штука, штуку, штуки, штук, штуками, pcs, pc, piece, pieces, ea, each, count, ct";

/** @param {string} text */
const spaced = (text) => text.replaceAll(".", " ").replace(/ +/g, " ").trim();
/** @param {string} text */
const undotted = (text) => text.replaceAll(".", "").replace(/ +/g, " ").trim();

/** @type {Map<string, string>} */
const CODES = new Map();
for (const [code, words] of [...Object.entries(SPELLINGS), ["", COUNTS]])
  for (const word of fold(words).split(", ")) CODES.set(spaced(word), code).set(undotted(word), code);

/**
 * What was asked before: while one types, the same words are asked for at each key.
 * @type {Map<string, string | undefined>}
 */
const asked = new Map();

/** The code of a spelling, empty for a bare count, undefined where it is neither. @param {string} unit */
export function unitCode(unit) {
  if (!asked.has(unit)) {
    if (asked.size > 1000) asked.clear();
    const folded = fold(unit);
    asked.set(unit, CODES.get(undotted(folded)) ?? CODES.get(spaced(folded)));
  }
  return asked.get(unit);
}
