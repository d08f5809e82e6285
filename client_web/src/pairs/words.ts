/** What the pages of pairs share: words for what the server names, and what makes a page look again. */

import { tOr } from '../locales/text';
import type { Down } from '../wire/events';

/** This person was told of something: a colleague may have acted. */
export const LIVE: readonly (keyof Down)[] = ['notice:new', 'room:rights'];

export const word = (prefix: string, key: string): string => tOr(`${prefix}.${key}`, 'pairs.other_word');

/** For a Choice: the texts stand under `PREFIX.OPTION`. */
export const worded = (prefix: string, options: readonly string[]): (readonly [string, string])[] => options.map((option) => [option, word(prefix, option)]);
