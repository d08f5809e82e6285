/** A case that a professional opens themselves: about a pair, a young person, or nobody in particular. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t, type Key } from '../locales/text';
import { namesOfPair } from '../pairs/names';
import { Area, Choice, FormDialog } from '../shell/fields';
import type { Named, Pair } from '../wire/account';
import type { Case } from '../wire/case';
import { http } from '../wire/http';
import { newId } from '../wire/ids';
import { takeCase } from './living';
import { categoryWord } from './words';

const CATEGORIES = ['abuse', 'neglect', 'bullied', 'suicide', 'self_harm', 'ill_being', 'threat', 'sexual_approach', 'contact', 'drugs', 'other'];
export const MOST_NOTE = 4_000; // code points, as docs/protocol.md has them

export const severities = (): (readonly [string, string])[] => [4, 3, 2, 1].map((level) => [String(level), t(`severity.${level}` as Key)] as const);

interface Props {
  /** A letter that it is opened for, and who wrote it. */
  letter?: { id: string; person: string; line: 'own' | 'other' };
  onClose: () => void;
  onOpened: (one: Case) => void;
}

export function NewCase({ letter, onClose, onOpened }: Props): VNode {
  const about = useSignal('nobody');
  const whom = useSignal<readonly (readonly [string, string])[]>([]);
  const id = useRef(newId()); // the same, however often it is sent
  useEffect(() => {
    void (async () => {
      const [{ pairs }, { young }] = await Promise.all([
        http<{ pairs: Pair[] }>('GET', 'pairs'),
        http<{ young: { mentee: Named }[] }>('GET', 'mentees'),
      ]);
      const going = pairs.filter(({ state }) => state !== 'closed');
      const paired = new Set(going.map(({ mentee }) => mentee.id));
      whom.value = [
        ...going.map((pair) => [`pair:${pair.id}`, namesOfPair(pair)] as const),
        ...young.filter(({ mentee }) => !paired.has(mentee.id)).map(({ mentee }) => [`about:${mentee.id}`, mentee.name] as const),
      ];
      const theirs = letter && going.find(({ mentor, mentee }) => [mentor.id, mentee.id].includes(letter.person));
      const alone = letter && young.find(({ mentee }) => mentee.id === letter.person);
      about.value = theirs ? `pair:${theirs.id}` : alone ? `about:${letter.person}` : 'nobody';
    })().catch(() => undefined); // it can be opened about nobody in particular, and said in words
  }, []);
  const save = async ({ whom: chosen = '', severity, ...fields }: Record<string, string>): Promise<void> => {
    const [what, which] = chosen.split(':');
    const named = { ...(which ? { [what!]: which } : {}), ...(letter ? { letter: letter.id } : {}) };
    const made = await http<Case>('POST', 'cases', { id: id.current, severity: Number(severity), ...fields, ...named });
    takeCase(made);
    onOpened(made);
  };
  return (
    <FormDialog title={t('cases.open_one')} act={t('cases.open_one')} onClose={onClose} save={save}>
      <Choice key={whom.value.length} label={t('cases.about')} name="whom" value={about.value} options={[['nobody', t('cases.about_nobody')], ...whom.value]} />
      <Choice label={t('cases.category')} name="category" options={CATEGORIES.map((category) => [category, categoryWord(category)] as const)} />
      <Choice label={t('case.grade_to')} name="severity" options={severities()} />
      <Area label={t('cases.what')} name="note" hint={t('cases.what_hint')} rows={4} maxLength={MOST_NOTE} />
      <p class="hint">{t('cases.yours')}</p>
      {letter && <p class="hint">{t('cases.letter')}</p>}
      {letter?.line === 'other' && <p class="hint">{t('cases.letter_around')}</p>}
    </FormDialog>
  );
}
