/** Asks something of the server about a case, and shows at once what it has become. */

import type { Case } from '../wire/case';
import { http } from '../wire/http';
import { Refusal } from '../wire/refusal';
import { loadCases, takeCase } from './living';

/** Of a colleague who was faster: all is read anew, and the server's sentence says who. */
const OTHERS_ACTED = new Set(['case_moved_on', 'case_taken', 'conflict', 'not_found']);

export async function actOn(id: string, act: string, body?: object): Promise<Case> {
  try {
    const fresh = await http<Case>('POST', `cases/${id}/${act}`, body);
    takeCase(fresh);
    return fresh;
  } catch (error) {
    if (error instanceof Refusal && OTHERS_ACTED.has(error.code)) void loadCases();
    throw error;
  }
}
