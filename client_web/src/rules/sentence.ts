/** A rule of the policy as a plain sentence. */

import { t, type Key } from '../locales/text';
import type { Condition, Rule } from './table';

export function ruleSentence(rule: Rule): string {
  const parts = [t(`policy.action.${rule.action}` as Key), rule.severity > 0 ? t(`severity.${rule.severity}` as Key).toLowerCase() : ''];
  if (rule.alert) parts.push(t('policy.alert'));
  else if (rule.flag) parts.push(t('policy.flag'));
  if (rule.freeze) parts.push(t('policy.freeze'));
  if (rule.help) parts.push(t('policy.help'));
  return parts.filter(Boolean).join(', ');
}

export function conditionSentence({ way, stage, under }: Condition): string {
  const parts = [t(`way.${way}` as Key)];
  if (stage) parts.push(t(`stage.${stage}` as Key));
  if (under) parts.push(t('policy.under', { age: under }));
  return parts.join(', ');
}
