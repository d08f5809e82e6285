/** The list of cases and the file of one, with their texts: fetched by the staff who open them. */

import '../main'; // as staff.ts does, and for the same reason

import { frBoard } from '../locales/fr_board';
import { frCases } from '../locales/fr_cases';
import { learnTexts } from '../locales/text';

learnTexts(frBoard); // of what rings
learnTexts(frCases);

export { CaseDesk } from '../cases/case_desk';
export { NewCase } from '../cases/new_case';
