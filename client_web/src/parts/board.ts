/** The board of who watches, with its texts: fetched by who opens it. */

import '../main'; // as staff.ts does, and for the same reason

import { frBoard } from '../locales/fr_board';
import { frCases } from '../locales/fr_cases';
import { learnTexts } from '../locales/text';

learnTexts(frBoard);
learnTexts(frCases);

export { BoardPage } from '../board/board_page';
