/** A draft of one's own rules, as it is sent, and what it lacks. Pure. */

import type { Key } from '../locales/text';
import type { OwnRules } from '../wire/rules';

/** Without empty lines, which only wait to be written in. */
export function tidy(rules: OwnRules): OwnRules {
  const filled = (lines: readonly string[] = []): string[] => lines.map((line) => line.trim()).filter(Boolean);
  return {
    policy: rules.policy ?? {},
    watched: filled(rules.watched),
    entries: (rules.entries ?? []).map((entry) => ({ ...entry, match: entry.match.trim(), examples: filled(entry.examples), counter: filled(entry.counter) })),
    allowed: filled(rules.allowed),
    off: filled(rules.off),
    version: rules.version ?? 0,
  };
}

/** The first thing that a line of one's own lacks: what it must find and what it must let pass are what keeps it right. */
export function missing(rules: OwnRules): { field: string; what: Key } | null {
  for (const [index, entry] of (rules.entries ?? []).entries()) {
    const field = `entries[${index}]`;
    if (!entry.match) return { field: `${field}.match`, what: 'rules.need_match' };
    if (!entry.examples?.length) return { field: `${field}.examples`, what: 'rules.need_example' };
    if (!entry.counter?.length) return { field: `${field}.counter`, what: 'rules.need_counter' };
    if (!/^[a-z0-9_]{1,40}$/.test(entry.id)) return { field: `${field}.id`, what: 'rules.need_id' };
  }
  return null;
}
