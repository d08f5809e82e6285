/** Pages of pairs and of papers, with their texts: fetched by who opens them, or has a pair to answer. */

import '../main'; // as staff.ts does, and for the same reason

import { frPairs } from '../locales/fr_pairs';
import { learnTexts } from '../locales/text';

learnTexts(frPairs);

export { CasePages } from '../pairs/case_pages';
export { DueSection } from '../pairs/due_section';
export { GatesCard } from '../pairs/gates_card';
export { Paused } from '../pairs/paused';
export { PapersPage } from '../pairs/papers_page';
export { Proposals } from '../pairs/proposals';
