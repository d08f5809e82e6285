/** What a professional may do with a case now: the next steps, and each one's form. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { t, type Key } from '../locales/text';
import { Area, Choice, FormDialog } from '../shell/fields';
import type { Case, CaseFile, Tier } from '../wire/case';
import { newId } from '../wire/ids';
import { actOn } from './act';
import { living } from './living';
import { MOST_NOTE, severities } from './new_case';
import { caseName, outcomeWord } from './words';

const OUTCOMES = ['resolved', 'no_concern', 'relayed', 'handed_on'];
const TIERS: readonly Tier[] = ['team', 'shareable', 'confidential'];

type Act = 'in_progress' | 'relayed' | 'closed' | 'reopen' | 'assign' | 'grade' | 'merge' | 'note';

interface Props {
  file: CaseFile;
  /** It is done: `into` is where the case goes on, when it is put under another. */
  onDone: (into?: Case) => Promise<void>;
}

export function Acts({ file, onDone }: Props): VNode {
  const acting = useSignal<Act | null>(null);
  const one = file.case;
  const over = one.state === 'closed';
  const acts: Act[] = over
    ? one.merged_into
      ? ['note']
      : ['reopen', 'note']
    : [...(one.next as Act[]), 'note', ...(file.can_own.length > 1 ? (['assign'] as const) : []), 'grade', ...(mergeable(one).length > 0 ? (['merge'] as const) : [])];
  return (
    <section class="card" aria-labelledby="case-acts">
      <h2 id="case-acts">{t('case.acts')}</h2>
      <div class="flag-acts">
        {acts.map((act) => (
          <button key={act} type="button" class={['in_progress', 'reopen'].includes(act) ? 'button' : ['relayed', 'closed', 'note'].includes(act) ? 'button button-plain' : 'quiet-button'} onClick={() => (acting.value = act)}>
            {said(act)}
          </button>
        ))}
      </div>
      {acting.value && <Form act={acting.value} file={file} onClose={() => (acting.value = null)} onDone={onDone} />}
    </section>
  );
}

function said(act: Act): string {
  if (act === 'note') return t('case.note_add');
  return t((act === 'assign' || act === 'grade' || act === 'merge' ? `case.${act}` : `case.next.${act}`) as Key);
}

/** The cases that this one may be put under: those that go on, as serious at least, about the same young person or pair. */
function mergeable(one: Case): Case[] {
  const same = (other: Case): boolean => (one.about !== undefined && other.about?.id === one.about.id) || (one.pair !== undefined && other.pair?.id === one.pair.id);
  return [...living.value.values()].filter((other) => other.id !== one.id && other.sight === 'whole' && other.severity >= one.severity && same(other));
}

function Form({ act, file, onClose, onDone }: Props & { act: Act; onClose: () => void }): VNode {
  const one = file.case;
  const note = useRef(newId()); // the same, however often it is sent
  const { revision } = one;
  const send = async (path: string, body: object): Promise<void> => {
    const fresh = await actOn(one.id, path, body);
    onClose();
    await onDone(fresh.id === one.id ? undefined : fresh);
  };
  const words = { rows: 4, maxLength: MOST_NOTE };
  switch (act) {
    case 'note':
      return (
        <FormDialog title={t('case.note_add')} onClose={onClose} save={(fields) => send('notes', { id: note.current, ...fields })}>
          <Area label={t('case.note_words')} name="words" {...words} />
          <Choice label={t('case.note_tier')} name="tier" value="team" options={TIERS.map((tier) => [tier, t(`case.tier.${tier}`)] as const)} />
        </FormDialog>
      );
    case 'assign':
      return (
        <FormDialog title={t('case.assign_title')} act={t('case.assign')} onClose={onClose} save={(fields) => send('assign', { revision, ...fields })}>
          <Choice label={t('case.assign_to')} name="owner" options={file.can_own.filter(({ id }) => id !== one.owner?.id).map(({ id, name }) => [id, name] as const)} />
          <p class="hint">{t('case.assign_why')}</p>
        </FormDialog>
      );
    case 'grade':
      return (
        <FormDialog title={t('case.grade_title')} onClose={onClose} save={({ severity, ...fields }) => send('severity', { revision, severity: Number(severity), ...fields })}>
          <Choice
            label={t('case.grade_to')}
            name="severity"
            options={severities().filter(([level]) => Number(level) !== one.severity && (one.state !== 'open' || Number(level) > one.severity))}
          />
          <Area label={t('case.why')} name="note" {...words} />
          {one.state === 'open' && <p class="hint">{t('case.grade_up')}</p>}
        </FormDialog>
      );
    case 'merge':
      return (
        <FormDialog title={t('case.merge_title')} act={t('case.merge')} onClose={onClose} save={(fields) => send('merge', { revision, ...fields })}>
          <p>{t('case.merge_why')}</p>
          <Choice label={t('case.merge_into')} name="into" options={mergeable(one).map((other) => [other.id, `${other.reference} · ${caseName(other)}`] as const)} />
        </FormDialog>
      );
    case 'reopen':
      return (
        <FormDialog title={t('case.reopen_title')} act={t('case.next.reopen')} onClose={onClose} save={(fields) => send('reopen', { revision, ...fields })}>
          <p>{t('case.reopen_why')}</p>
          <Area label={t('case.why')} name="note" {...words} />
        </FormDialog>
      );
    case 'closed':
      return (
        <FormDialog title={t('case.close_title')} act={t('case.next.closed')} onClose={onClose} save={(fields) => send('move', { revision, to: 'closed', ...fields })}>
          <Choice label={t('case.outcome')} name="outcome" options={OUTCOMES.map((outcome) => [outcome, outcomeWord(outcome)] as const)} />
          <Area label={t('case.sentence')} name="note" hint={t('case.sentence_hint')} {...words} />
          <p class="hint">{t('case.close_why')}</p>
        </FormDialog>
      );
    default:
      return (
        <FormDialog title={t(`case.next.${act}`)} onClose={onClose} save={(fields) => send('move', { revision, to: act, ...fields })}>
          <Area label={t('case.step_note')} name="note" required={false} {...words} />
        </FormDialog>
      );
  }
}
