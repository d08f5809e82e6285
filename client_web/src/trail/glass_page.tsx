/** Breaking the glass, for staff: of which pair and why, what was said there, who did it, and what is told later. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { Choice, FormDialog } from '../admin/fields';
import { day, dayAndHour, hour } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { me } from '../session/session';
import { Header, LinkNotice } from '../shell/header';
import { Face } from '../shell/mark';
import { Problem, useAttempt } from '../shell/refused';
import { useTitle } from '../shell/title';
import type { GlassAccess, GlassOverview, GlassRoom } from '../wire/glass';
import { http } from '../wire/http';
import { Through } from './through';

const MOTIVES = ['danger', 'absence', 'report', 'authority'] as const;
const REASONS = ['inquiry', 'safety', 'authority'] as const;
const SENTENCE = { minLength: 10, maxLength: 500 };
const DAY_MS = 86_400_000;

type Act = { what: 'break' | 'defer'; room: GlassRoom };

export function GlassPage(): VNode {
  useTitle(t('glass.title'));
  const found = useSignal<GlassOverview | null>(null);
  const acting = useSignal<Act | null>(null);
  const reading = useSignal<GlassRoom | null>(null);
  const { problem, attempt } = useAttempt();
  const load = (): Promise<void> =>
    attempt(async () => {
      found.value = await http<GlassOverview>('GET', 'glass');
    });
  useEffect(() => void load(), []);
  const open = (room: GlassRoom): GlassAccess | undefined =>
    found.value?.accesses.find((access) => access.mine && access.room === room.room && new Date(access.expires_at) > new Date());
  const broken = async (fields: Record<string, string>): Promise<void> => {
    const { room } = acting.peek()!;
    await http('POST', 'glass', { room: room.room, motive: fields['motive'], sentence: fields['sentence'] ?? '' });
    acting.value = null;
    reading.value = room;
    await load();
  };
  const deferred = async (fields: Record<string, string>): Promise<void> => {
    const { room } = acting.peek()!;
    const until = new Date(`${fields['until']}T12:00`).toISOString();
    await http('POST', 'glass/deferrals', { room: room.room, reason: fields['reason'], sentence: fields['sentence'] ?? '', until });
    acting.value = null;
    await load();
  };
  return (
    <div class="page">
      <Header back />
      <main id="content" class="page-main glass" tabIndex={-1}>
        <LinkNotice />
        <h1>{t('glass.title')}</h1>
        <p class="lead">{t('glass.lead')}</p>
        <Problem sentence={problem.value} />
        {found.value === null && !problem.value && <p class="empty">{t('app.loading')}</p>}
        {reading.value && <Through key={reading.value.room} room={reading.value} onClose={() => (reading.value = null)} />}
        {found.value && (
          <section class="card" aria-labelledby="glass-pairs">
            <h2 id="glass-pairs">{t('glass.pairs')}</h2>
            {found.value.rooms.length === 0 && <p class="empty">{t('glass.no_pair')}</p>}
            <ul class="people">
              {found.value.rooms.map((room) => (
                <li key={room.room}>
                  <span class="who-faces">
                    <Face name={room.mentor.name} role="mentor" />
                    <Face name={room.mentee.name} role="mentee" />
                  </span>
                  <span>
                    <strong>{named(room)}</strong>
                    <span class="fact">{t('admin.followed_by', { name: room.supervisor.name })}</span>
                    {!room.breakable && <span class="fact">{t('glass.own')}</span>}
                    <span class="glass-acts">
                      {open(room) && (
                        <button type="button" class="button" onClick={() => (reading.value = room)}>
                          {t('glass.read_until', { hour: hour(new Date(open(room)!.expires_at)) })}
                        </button>
                      )}
                      {room.breakable && !open(room) && (
                        <button type="button" class="button button-soft" onClick={() => (acting.value = { what: 'break', room })}>
                          {t('glass.break')}
                        </button>
                      )}
                      {me.value?.account.role === 'supervisor' && (
                        <button type="button" class="quiet-button" onClick={() => (acting.value = { what: 'defer', room })}>
                          {t('glass.defer')}
                        </button>
                      )}
                    </span>
                  </span>
                </li>
              ))}
            </ul>
          </section>
        )}
        {found.value && <Record found={found.value} />}
        {acting.value?.what === 'break' && (
          <FormDialog title={t('glass.break_title', { pair: named(acting.value.room) })} onClose={() => (acting.value = null)} save={broken}>
            <p>{t('glass.break_told')}</p>
            <Choice label={t('glass.motive')} name="motive" options={MOTIVES.map((motive) => [motive, t(`glass.motive.${motive}`)] as const)} />
            <Why hint={t('glass.sentence_hint')} />
          </FormDialog>
        )}
        {acting.value?.what === 'defer' && (
          <FormDialog title={t('glass.defer_title', { pair: named(acting.value.room) })} onClose={() => (acting.value = null)} save={deferred}>
            <p>{t('glass.defer_what')}</p>
            <Choice label={t('glass.reason')} name="reason" options={REASONS.map((reason) => [reason, t(`glass.reason.${reason}`)] as const)} />
            <Why hint={t('glass.sentence_staff')} />
            <p class="field">
              <label for="glass-until">{t('glass.until')}</label>
              <input id="glass-until" name="until" type="date" required min={inDays(1)} max={inDays(29)} />
            </p>
          </FormDialog>
        )}
      </main>
    </div>
  );
}

const Why = ({ hint }: { hint: string }): VNode => (
  <p class="field">
    <label for="glass-sentence">{t('glass.sentence')}</label>
    <textarea id="glass-sentence" name="sentence" rows={3} required aria-describedby="glass-sentence-hint" {...SENTENCE} />
    <span class="hint" id="glass-sentence-hint">
      {hint}
    </span>
  </p>
);

/** What was done so far, for all staff to see. */
function Record({ found }: { found: GlassOverview }): VNode {
  const pair = (room: string): string => {
    const known = found.rooms.find((one) => one.room === room);
    return known ? named(known) : '';
  };
  return (
    <section class="card" aria-labelledby="glass-record">
      <h2 id="glass-record">{t('glass.record')}</h2>
      {found.accesses.length === 0 && <p class="empty">{t('glass.record_empty')}</p>}
      <ul class="people">
        {found.deferrals.map((one) => (
          <li key={`${one.room} ${one.made_at}`}>
            <Face name={one.by.name} role="supervisor" />
            <span>
              <strong>{pair(one.room)}</strong>
              <span>{t('glass.deferred_by', { name: one.by.name, day: day(new Date(one.until)) })}</span>
              <span>
                {tOr(`glass.reason.${one.reason}`, 'glass.reason')} {one.sentence}
              </span>
            </span>
          </li>
        ))}
        {found.accesses.map((access) => (
          <li key={access.id}>
            <Face name={access.reader?.name ?? ''} role="supervisor" />
            <span>
              <strong>{pair(access.room)}</strong>
              <span>
                {access.reader?.name}, {dayAndHour(new Date(access.opened_at))}
              </span>
              <span>
                {tOr(`glass.motive.${access.motive}`, 'glass.motive')} {access.sentence}
              </span>
              <span class="fact">
                {access.told_at ? t('glass.told', { day: day(new Date(access.told_at)) }) : t('glass.told_later', { day: day(new Date(access.tell_at)) })}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const named = (room: GlassRoom): string => `${room.mentor.name} · ${room.mentee.name}`;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
