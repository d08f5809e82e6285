/** The help card, as docs/protocol.md has it. */

export type Hours = readonly [from: string, to: string];

export interface Line {
  readonly id: string;
  readonly number: string;
  readonly checked?: string;
  /** For immediate danger: always first. */
  readonly danger?: boolean;
  readonly sms?: boolean;
  readonly free?: boolean;
  readonly hidden_from_bill?: boolean;
  /** Also for adults who are worried about somebody of that age. */
  readonly worried?: boolean;
  /** `HH:MM` in `zone`; missing: day and night. To may be before from: over midnight. */
  readonly hours?: Hours;
  /** 1 is Monday; missing: every day. */
  readonly days?: readonly number[];
  readonly chat?: Hours | 'some';
  readonly age_from?: number;
  readonly age_to?: number;
  readonly zone?: string;
  /** Whom it is for, of a line of the organisation's own. */
  readonly audience?: string;
}

export interface Professional {
  readonly id: string;
  readonly name: string;
  readonly phone?: string;
}

export interface Card {
  readonly version: number;
  readonly organisation: string;
  readonly country: string;
  readonly lines: readonly Line[];
  readonly professionals: readonly Professional[];
  readonly phone?: string;
  readonly age?: number;
}

export interface KeptLine extends Line {
  readonly source?: string;
  readonly hidden?: boolean;
  readonly shipped?: boolean;
  readonly to_check?: boolean;
}

export interface KeptCard {
  readonly version: number;
  readonly country: string;
  readonly lines: readonly KeptLine[];
  readonly phone?: string;
}
