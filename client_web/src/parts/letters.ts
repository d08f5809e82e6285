/** Letters to and from professionals, with their texts: fetched by who opens them. */

import '../main'; // as staff.ts does, and for the same reason

import { frLetters } from '../locales/fr_letters';
import { learnTexts } from '../locales/text';

learnTexts(frLetters);

export { LettersPage } from '../letters/letters_page';
