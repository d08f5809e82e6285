/** How each gate of a mentor stands, with its days. */

import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t } from '../locales/text';
import type { PaperFile } from '../wire/pairs';
import { word } from './words';

export const GateList = ({ file }: { file: PaperFile }): VNode => (
  <ul class="people">
    {file.gates.map((gate) => (
      <li key={gate.gate}>
        <span>
          <strong>{word('gate', gate.gate)}</strong>
          <span class="fact">
            {!gate.asked && t('papers.not_asked')}
            {gate.asked && gate.open && (gate.until ? t('papers.until', { day: dayOf(gate.until) }) : t('papers.no_end'))}
            {gate.asked && !gate.open && (gate.until ? t('papers.over', { day: dayOf(gate.until) }) : t('papers.none'))}
          </span>
        </span>
        <span class={gate.asked && (!gate.open || (gate.days ?? 99) <= 30) ? 'tag tag-due' : 'tag'}>
          {t(gate.open ? ((gate.days ?? 99) <= 30 ? 'papers.soon' : 'papers.good') : gate.asked ? 'papers.missing' : 'papers.optional')}
        </span>
      </li>
    ))}
  </ul>
);
