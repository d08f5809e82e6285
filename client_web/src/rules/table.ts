/** The policy of the house, and how far an association may change it: pure, as server/moderation/policy.py has it. */

import policy from '../../../server/moderation/data/policy.json';
import type { Action, OwnRules, RulePart } from '../wire/rules';

export type Way = 'adult_to_minor' | 'minor_to_adult' | 'adult_to_adult' | 'young_adult';
/** What professionals write is read and never held: there is nothing to change about it. */
export const WAYS: readonly Way[] = ['adult_to_minor', 'minor_to_adult', 'adult_to_adult', 'young_adult'];
export const STAGES = ['new', 'active', 'probation', 'closing'] as const;
export const ACTIONS: readonly Action[] = ['deliver', 'mask', 'hold', 'block'];
const DISCLOSURES: ReadonlySet<string> = new Set(['suicide', 'self_harm', 'ill_being', 'abuse', 'neglect', 'bullied']);
const MOST = 4; // the severity that always makes a case
const REVIEW = 2; // the severity from which anything is done

export interface Rule {
  readonly action: Action;
  readonly severity: number;
  readonly flag: boolean;
  readonly alert: boolean;
  readonly freeze: boolean;
  readonly help: boolean;
}

const TABLE = policy as unknown as Record<string, Record<Way, Partial<Rule>>>;
export const CATEGORIES: readonly string[] = Object.keys(TABLE);

export function ruleOf(category: string, way: Way): Rule {
  return { action: 'deliver', severity: 0, flag: false, alert: false, freeze: false, help: false, ...TABLE[category]?.[way] };
}

/** What the association may still choose, given what it has chosen. */
export interface Floor {
  readonly actions: readonly Action[];
  readonly severity: number;
  readonly flag: boolean;
  readonly alert: boolean;
  readonly help: boolean;
}

export function floorOf(category: string, way: Way, severity: number): Floor {
  const rule = ruleOf(category, way);
  const told = way === 'minor_to_adult' && DISCLOSURES.has(category);
  const critical = rule.severity === MOST || severity === MOST;
  return {
    actions: told ? ['deliver'] : ACTIONS,
    severity: rule.severity === MOST ? MOST : told ? REVIEW : 0,
    flag: critical,
    alert: critical,
    help: told && rule.help,
  };
}

/** `part` on top of the table, never below the floor. */
export function adapted(category: string, way: Way, part: RulePart): Rule {
  const rule = ruleOf(category, way);
  const given = Object.fromEntries(Object.entries(part).filter(([, value]) => value !== null && value !== undefined));
  const made: Rule = { ...rule, ...given };
  const floor = floorOf(category, way, made.severity);
  return {
    action: floor.actions.includes(made.action) ? made.action : floor.actions[0]!,
    severity: Math.max(made.severity, floor.severity),
    flag: made.flag || floor.flag,
    alert: made.alert || floor.alert,
    freeze: made.freeze,
    help: made.help || floor.help,
  };
}

/** Only what differs from the table: what is left out follows it. Null: nothing does. */
export function partOf(category: string, way: Way, wanted: Rule): RulePart | null {
  const rule = ruleOf(category, way);
  const part = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => rule[name as keyof Rule] !== value));
  return Object.keys(part).length > 0 ? (part as RulePart) : null;
}

export interface Condition {
  readonly way: Way;
  readonly stage: string;
  /** The young person is younger than this; 0: of any age. */
  readonly under: number;
}

export const keyOf = ({ way, stage, under }: Condition): string => [way, stage, under ? `under_${under}` : ''].filter(Boolean).join('.');

export function conditionOf(key: string): Condition {
  const [way = '', ...rest] = key.split('.');
  const age = rest.find((part) => part.startsWith('under_'));
  return { way: way as Way, stage: rest.find((part) => !part.startsWith('under_')) ?? '', under: age ? Number(age.slice(6)) : 0 };
}

/** The same rules with `part` under that category and key; null takes it away. */
export function withPart(rules: OwnRules, category: string, key: string, part: RulePart | null): OwnRules {
  const { [key]: _, ...parts } = rules.policy?.[category] ?? {};
  const next = part ? { ...parts, [key]: part } : parts;
  const { [category]: __, ...others } = rules.policy ?? {};
  return { ...rules, policy: Object.keys(next).length > 0 ? { ...others, [category]: next } : others };
}
