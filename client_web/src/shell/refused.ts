/** What a person reads when something was refused: the server's own sentence, or ours where there is none. */

import { t, type Key } from '../locales/text';
import { Refusal } from '../wire/refusal';

export const refusedBecause = (error: unknown, otherwise: Key = 'error.unreachable'): string =>
  error instanceof Refusal && error.message ? error.message : t(otherwise);
