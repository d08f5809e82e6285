/** Reporting a message, a person or a worry: one short form, and what happens next. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { helpCard } from '../help/call_for_help';
import { t } from '../locales/text';
import { roomOf } from '../room/rooms';
import { me } from '../session/session';
import { announce } from '../shell/announce';
import { useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import { REPORTS } from '../shell/route';
import { http } from '../wire/http';
import { link } from '../wire/link';
import type { Acquaintance, Report, ReportSubject } from '../wire/reports';
import { draftOf, forgetDraft } from './draft';
import { KINDS, stopsFor } from './rules';
import { ToCase } from './to_case';

const MOST_WORDS = 2000; // as the server has it
const NOBODY: readonly Acquaintance[] = []; // a worry in words needs no list

export interface About {
  room: number | null;
  seq: number | null;
  person: string | null;
}

export function ReportPage({ room, seq, person }: About): VNode {
  const made = useSignal<Report | null>(null);
  const loaded = useLoaded<{ people: readonly Acquaintance[] }>('reports/people');
  const ofMessage = room !== null && seq !== null;
  return (
    <Page title={t(ofMessage ? 'report.title_message' : 'report.title')} kind="mydata report">
      {made.value ? (
        <Sent report={made.value} />
      ) : ofMessage ? (
        <>
          <Quote room={room} seq={seq} />
          <Form place={`${room}/${seq}`} message={{ room, seq }} people={[]} person="" contact={talks(room, seq)} onMade={(report) => (made.value = report)} />
          {me.value?.account.role === 'supervisor' && <ToCase room={room} seq={seq} />}
        </>
      ) : (
        <>
          <p class="lead">{t('report.lead')}</p>
          {loaded.found.value || loaded.problem.value ? (
            <Form
              key={String(loaded.found.value !== null)}
              place={person ?? ''}
              message={null}
              people={loaded.found.value?.people ?? NOBODY}
              person={person ?? ''}
              contact={false}
              onMade={(report) => (made.value = report)}
            />
          ) : (
            <p class="empty">{t('app.loading')}</p>
          )}
        </>
      )}
    </Page>
  );
}

/** A professional's word stops with no pair. */
const talks = (room: number, seq: number): boolean => authorOf(room, seq)?.role !== 'supervisor';

const entryOf = (room: number, seq: number) => roomOf(room).log.value.entries.find((entry) => entry.seq === seq);

const authorOf = (room: number, seq: number) => {
  const seat = entryOf(room, seq)?.seat;
  return roomOf(room).card.value?.members.find((member) => member.seat === seat);
};

function Quote({ room, seq }: { room: number; seq: number }): VNode {
  const entry = entryOf(room, seq);
  const name = authorOf(room, seq)?.name;
  return (
    <section class="card">
      <p class="fact">{name ? t('report.message_of', { name }) : t('report.message')}</p>
      {entry && <blockquote>{entry.voice ? t('voice.note') : entry.body}</blockquote>}
      <p class="hint">{t('report.kept')}</p>
    </section>
  );
}

interface FormProps {
  place: string;
  message: { room: number; seq: number } | null;
  people: readonly Acquaintance[];
  person: string;
  contact: boolean;
  onMade: (report: Report) => void;
}

function Form({ place, message, people, person, contact, onMade }: FormProps): VNode {
  const draft = draftOf(place, people.some(({ id }) => id === person) ? person : '');
  const { busy, problem, attempt } = useAttempt();
  const lacking = useSignal('');
  const field = useId();
  const young = me.value?.account.role === 'mentee';
  const { kind, words } = draft.value;
  const chosen = people.find(({ id }) => id === draft.value.person);
  const subject: ReportSubject = message ? 'message' : chosen ? 'person' : 'worry';
  const kinds = KINDS[subject];
  const stoppable = message ? contact : (chosen?.contact ?? false);
  const stopping = stoppable && stopsFor(draft.value, young);
  const offline = link.value !== 'online' && !navigator.onLine;
  const put = (next: Partial<typeof draft.value>): void => {
    draft.value = { ...draft.value, ...next };
    lacking.value = '';
  };
  const send = (event: Event): void => {
    event.preventDefault();
    if (busy.peek()) return;
    if (!kind || !kinds.includes(kind)) return void (lacking.value = t('report.choose'));
    if (!words.trim() && subject === 'worry') return void (lacking.value = t('report.words_needed'));
    void attempt(async () => {
      const about = message ?? (chosen ? { person: chosen.id } : {});
      const said = stoppable ? { stop: stopping } : {};
      const report = await http<Report>('POST', 'reports', { id: draft.peek().id, subject, kind, words: words.trim(), ...about, ...said });
      forgetDraft(place);
      announce(t('report.sent'));
      onMade(report);
    });
  };
  return (
    <form class="card report-form" onSubmit={send} noValidate>
      {!message && people.length > 0 && (
        <p class="field">
          <label for={`${field}-who`}>{t('report.who')}</label>
          <select id={`${field}-who`} value={draft.value.person} onChange={(event) => put({ person: event.currentTarget.value })}>
            <option value="">{t('report.somebody_else')}</option>
            {people.map(({ id, name, role }) => (
              <option key={id} value={id}>
                {name} ({t(`role.${role}`)})
              </option>
            ))}
          </select>
        </p>
      )}
      <fieldset class="report-kinds">
        <legend>{t('report.what')}</legend>
        {kinds.map((one) => (
          <p key={one} class="field field-check">
            <label>
              <input type="radio" name={`${field}-kind`} checked={kind === one} onChange={() => put({ kind: one })} />
              <span>{t(`report.kind.${one}`)}</span>
            </label>
          </p>
        ))}
      </fieldset>
      {kind === 'danger' && (
        <p class="report-danger" role="note">
          {t('report.danger')}{' '}
          <button type="button" class="quiet-button" onClick={() => (helpCard.value = 'asked')}>
            {t('report.numbers')}
          </button>
        </p>
      )}
      <p class="field">
        <label for={`${field}-words`}>{t(subject === 'worry' ? 'report.words' : 'report.words_optional')}</label>
        <textarea id={`${field}-words`} rows={4} maxLength={MOST_WORDS} value={words} onInput={(event) => put({ words: event.currentTarget.value })} />
      </p>
      {stoppable && (
        <p class="field field-check">
          <label>
            <input type="checkbox" checked={stopping} aria-describedby={`${field}-stop`} onChange={(event) => put({ stop: event.currentTarget.checked })} />
            <span>{t('report.stop')}</span>
          </label>
          <span class="hint" id={`${field}-stop`}>
            {t('report.stop_hint')}
          </span>
        </p>
      )}
      <p class="hint">{t('report.who_reads')}</p>
      <Problem sentence={lacking.value} />
      <Problem sentence={problem.value && t('report.not_sent', { why: problem.value })} />
      {offline && (
        <p class="report-offline" role="status">
          {t('report.offline')}
        </p>
      )}
      <button type="submit" class="button" disabled={busy.value}>
        {t('report.send')}
      </button>
    </form>
  );
}

function Sent({ report }: { report: Report }): VNode {
  return (
    <section class="card" aria-labelledby="report-sent">
      <h2 id="report-sent">{t('report.sent')}</h2>
      <p>{t('report.next')}</p>
      {report.stopped && <p>{t('report.stopped')}</p>}
      {report.asked && <p>{t('report.asked')}</p>}
      <p>{t('report.not_told')}</p>
      <p class="acts">
        <a class="button" href={REPORTS}>
          {t('report.follow')}
        </a>
        <button type="button" class="button button-plain" onClick={() => (helpCard.value = 'asked')}>
          {t('report.numbers')}
        </button>
      </p>
    </section>
  );
}
