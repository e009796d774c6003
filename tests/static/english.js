/** Tests of pages speak English unless they say otherwise: `node --import ./tests/static/english.js --test …`. */
import { words } from "../../static/shared/words.en.js";
import { speak } from "../../static/shared/words.js";

speak("en", words);
