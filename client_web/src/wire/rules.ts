/** The rules of moderation of an association, named as docs/protocol.md names them. */

import type { Language, Named } from './account';
import type { Label } from './flag';
import type { MessageState } from './room';

export type Action = 'deliver' | 'mask' | 'hold' | 'block';
/** What an organisation says otherwise than the policy table; what is left out stays. */
export interface RulePart {
  action?: Action | null;
  severity?: number | null;
  flag?: boolean | null;
  alert?: boolean | null;
  freeze?: boolean | null;
  help?: boolean | null;
}
export interface OwnEntry {
  category: string;
  id: string;
  match: string;
  examples?: string[];
  counter?: string[];
  severity?: number | null;
  needs?: string[];
  unless?: string[];
  soften?: Record<string, number>;
  note?: string;
}
/** What an organisation changes of the rules of moderation. */
export interface OwnRules {
  policy?: Record<string, Record<string, RulePart>>;
  watched?: string[];
  entries?: OwnEntry[];
  allowed?: string[];
  off?: string[];
  version?: number;
}
/** `GET`, `PUT moderation/rules`. */
export interface RulesCard {
  rules: OwnRules;
  changed_at?: string;
  changed_by?: Named;
}
/** `POST moderation/try`. */
export interface TryBody {
  text: string;
  sender: 'mentor' | 'mentee';
  sender_age?: number;
  young_age?: number;
  stage?: 'new' | 'active' | 'probation' | 'closing';
  draft?: OwnRules;
}
export interface TryAnswer {
  action: Action;
  severity: number;
  labels: Label[];
  explanations: Record<Language, string>[];
  flag: boolean;
  alert: boolean;
  freeze: boolean;
  author: { state: MessageState; body: string; help: boolean };
  /** Missing when the other side would be shown nothing. */
  other?: { state: MessageState; body: string };
}
