/** One pair, for who answers for it: where it stands, why it is held, what can be done, what was done. No messages. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dayAndHour } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { Area, Choice, Field, FormDialog } from '../shell/fields';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { handoverAddress, mentorAddress, pairAddress, welfareAddress, youngAddress } from '../shell/route';
import { http } from '../wire/http';
import type { PairFile } from '../wire/pairs';
import { BridgeForm } from './bridge_form';
import { reasonsOf } from './reasons';
import { LIVE, word, worded } from './words';
import { namesOfPair } from './names';

const GOODBYE_HOUR = '17:00'; // as the hint beside the field says

export function PairPage({ id }: { id: string }): VNode {
  const loaded = useLoaded<PairFile>(`pairs/${id}`, LIVE);
  const doing = useSignal<string | null>(null);
  const bridging = useSignal(false);
  const pair = loaded.found.value?.pair;
  const done = (next: PairFile): void => {
    doing.value = null;
    loaded.keep(next);
  };
  const bridged = (): void => {
    bridging.value = false;
    void loaded.load();
  };
  return (
    <Page title={pair ? namesOfPair(pair) : t('pairs.title')}>
      <Awaited of={loaded}>
        {(file) => (
          <>
            <Standing file={file} />
            <section class="card" aria-labelledby="acts-title">
              <h2 id="acts-title">{t('pairs.acts')}</h2>
              <p class="dialog-acts">
                {file.acts.map((act) => (
                  <button key={act} type="button" class="button button-soft" onClick={() => (doing.value = act)}>
                    {word('act', act)}
                  </button>
                ))}
                {file.bridges.length > 0 && (
                  <button type="button" class="button" onClick={() => (bridging.value = true)}>
                    {t('pairs.bridge')}
                  </button>
                )}
              </p>
              {file.acts.length === 0 && <p class="empty">{t('pairs.no_acts')}</p>}
              <p class="dialog-acts">
                {file.pair.state !== 'closed' && (
                  <a class="quiet-button" href={handoverAddress(file.pair.id)}>
                    {t('pairs.hand_over')}
                  </a>
                )}
                <a class="quiet-button" href={mentorAddress(file.pair.mentor.id)}>
                  {t('pairs.mentor_file', { name: file.pair.mentor.name })}
                </a>
                <a class="quiet-button" href={youngAddress(file.pair.mentee.id)}>
                  {t('pairs.consents', { name: file.pair.mentee.name })}
                </a>
                <a class="quiet-button" href={welfareAddress(file.pair.mentee.id)}>
                  {t('pairs.welfare', { name: file.pair.mentee.name })}
                </a>
              </p>
            </section>
            {file.proposal && <Proposal file={file} />}
            <History file={file} />
            {doing.value && <ActForm file={file} act={doing.value} onClose={() => (doing.value = null)} onDone={done} />}
            {bridging.value && <BridgeForm file={file} onClose={() => (bridging.value = false)} onDone={bridged} />}
          </>
        )}
      </Awaited>
    </Page>
  );
}

function Standing({ file }: { file: PairFile }): VNode {
  const { pair } = file;
  const named = (about?: 'mentor' | 'mentee'): string => (about ? pair[about].name : '');
  return (
    <section class="card" aria-labelledby="standing-title">
      <h2 id="standing-title">{t('pairs.standing')}</h2>
      <p>
        <span class="tag">{tOr(`pair.${pair.state}`, 'pair.active')}</span> {t('pairs.followed_by', { name: pair.supervisor.name })}
      </p>
      {file.until && <p>{t('pairs.bridge_until', { day: dayAndHour(new Date(file.until)) })}</p>}
      {file.bridge_of && (
        <p>
          <a href={pairAddress(file.bridge_of)}>{t('pairs.bridge_of')}</a>
        </p>
      )}
      {file.holds.length > 0 && (
        <>
          <h3>{t('pairs.held')}</h3>
          <ul>
            {file.holds.map((hold) => (
              <li key={`${hold.kind}${hold.since}`}>
                {tOr(`hold.${hold.kind === 'suspended' && !hold.about ? 'suspended_pair' : hold.kind}`, 'hold.decision', { name: named(hold.about) })} {hold.why && <>({word('why', hold.why)}) </>}
                <span class="fact">
                  {dayAndHour(new Date(hold.since))}
                  {hold.by && ` · ${hold.by}`}
                </span>
              </li>
            ))}
          </ul>
          {file.underneath !== 'paused' && <p class="hint">{t('pairs.underneath', { state: tOr(`pair.${file.underneath}`, 'pair.active').toLowerCase() })}</p>}
        </>
      )}
      {file.holds.length === 0 && file.lacking.length > 0 && (
        <>
          <h3>{t('pairs.lacking')}</h3>
          <ul>
            {file.lacking.map((kind) => (
              <li key={kind}>{tOr(`lack.${kind}`, 'lack.consent')}</li>
            ))}
          </ul>
        </>
      )}
      {file.bridge && (
        <p>
          <a href={pairAddress(file.bridge.id)}>{t('pairs.bridged_by', { name: file.bridge.mentor.name })}</a>
        </p>
      )}
    </section>
  );
}

function Proposal({ file }: { file: PairFile }): VNode {
  const told = file.proposal!;
  return (
    <section class="card" aria-labelledby="proposal-title">
      <h2 id="proposal-title">{t('pairs.criteria')}</h2>
      {told.availability && <p>{t('pairs.availability', { text: told.availability })}</p>}
      <p>{t('pairs.network', { network: word('network', told.network), equipment: word('equipment', told.equipment) })}</p>
      {told.about_mentor && <p>{t('pairs.about_mentor', { text: told.about_mentor })}</p>}
      <p>{told.answer ? t('pairs.answered', { name: file.pair.mentee.name, answer: word('answer', told.answer) }) : t('pairs.unanswered', { name: file.pair.mentee.name })}</p>
    </section>
  );
}

const History = ({ file }: { file: PairFile }): VNode => (
  <section class="card" aria-labelledby="history-title">
    <h2 id="history-title">{t('pairs.history')}</h2>
    <ol>
      {file.history.map((step) => (
        <li key={`${step.at}${step.act}${step.why ?? ''}`}>
          <strong>{step.supervisor ? t('did.hand_over_to', { name: step.supervisor }) : word('did', step.act)}</strong>
          {step.why && ` (${word(step.act === 'held' || step.act === 'freed' ? 'held' : 'why', step.why)})`}
          <span class="fact">
            {' '}
            {dayAndHour(new Date(step.at))} · {step.by ?? t('pairs.by_itself')}
          </span>
          {step.note && <p class="fact">{step.note}</p>}
        </li>
      ))}
    </ol>
  </section>
);

interface ActProps {
  file: PairFile;
  act: string;
  onClose: () => void;
  onDone: (next: PairFile) => void;
}

function ActForm({ file, act, onClose, onDone }: ActProps): VNode {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const reasons = reasonsOf(act);
  return (
    <FormDialog
      title={word('act', act)}
      act={word('act', act)}
      onClose={onClose}
      save={async ({ why, note, day }) => {
        const goodbye = day ? { goodbye: { starts_at: new Date(`${day}T${GOODBYE_HOUR}`).toISOString(), zone, minutes: 45, title: t('pairs.goodbye_title') } } : {};
        const body = { act, revision: file.revision, ...(why ? { why } : {}), ...(note ? { note } : {}), ...goodbye };
        onDone(await http<PairFile>('POST', `pairs/${file.pair.id}/acts`, body));
      }}
    >
      <p>{tOr(`act.${act}_why`, 'pairs.act_why', { mentor: file.pair.mentor.name, mentee: file.pair.mentee.name })}</p>
      {reasons.length > 0 && <Choice label={t('pairs.why')} name="why" options={worded('why', reasons)} />}
      {act === 'plan_closing' && <Field label={t('pairs.goodbye_day')} name="day" type="date" required={false} hint={t('pairs.goodbye_hint')} />}
      <Area label={t('pairs.note')} name="note" required={false} maxLength={2000} hint={t('pairs.note_hint')} />
    </FormDialog>
  );
}
