/** The numbers of the help card, for admins, with their texts: fetched by who opens them. */

import '../main'; // as staff.ts does, and for the same reason

import { frHelp } from '../locales/fr_help';
import { frHelplines } from '../locales/fr_helplines';
import { learnTexts } from '../locales/text';

learnTexts(frHelp); // what a shipped number is for
learnTexts(frHelplines);

export { HelplinesPage } from '../help/helplines_page';
