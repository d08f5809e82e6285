/** Breaking the glass: professionals choose a pair and say why; they and admins see who did it, and what is told later. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { PairLine } from '../admin/pair_line';
import { dayAndHour, dayOf, hour } from '../locales/moments';
import { t, tOr } from '../locales/text';
import { namesOfPair } from '../pairs/names';
import { me } from '../session/session';
import { Area, Choice, Field, FormDialog } from '../shell/fields';
import { Awaited, useLoaded } from '../shell/loaded';
import { Face } from '../shell/mark';
import { Page } from '../shell/page';
import type { GlassAccess, GlassOverview, GlassRoom } from '../wire/glass';
import { http } from '../wire/http';
import { Through } from './through';

const MOTIVES = ['danger', 'absence', 'report', 'authority'] as const;
const REASONS = ['inquiry', 'safety', 'authority'] as const;
const SENTENCE = { rows: 3, minLength: 10, maxLength: 500 }; // characters, as the server has them
const DAY_MS = 86_400_000;

type Act = { what: 'break' | 'defer'; room: GlassRoom };
type Ending = { pair: string; deferral: string };

export function GlassPage(): VNode {
  const loaded = useLoaded<GlassOverview>('glass');
  const acting = useSignal<Act | null>(null);
  const ending = useSignal<Ending | null>(null);
  const reading = useSignal<GlassRoom | null>(null);
  const professional = me.value?.account.role === 'supervisor';
  const open = (room: GlassRoom): GlassAccess | undefined =>
    loaded.found.value?.accesses.find((access) => access.mine && access.room === room.room && new Date(access.expires_at) > new Date());
  const broken = async (fields: Record<string, string>): Promise<void> => {
    const { room } = acting.peek()!;
    await http('POST', 'glass', { room: room.room, motive: fields['motive'], sentence: fields['sentence'] ?? '' });
    acting.value = null;
    reading.value = room;
    await loaded.load();
  };
  const deferred = async (fields: Record<string, string>): Promise<void> => {
    const { room } = acting.peek()!;
    const until = new Date(`${fields['until']}T12:00`).toISOString();
    await http('POST', 'glass/deferrals', { room: room.room, reason: fields['reason'], sentence: fields['sentence'] ?? '', until });
    acting.value = null;
    await loaded.load();
  };
  const ended = async (): Promise<void> => {
    await http('POST', `glass/deferrals/${ending.peek()!.deferral}/end`);
    ending.value = null;
    await loaded.load();
  };
  return (
    <Page title={t('glass.title')} kind="glass">
      <p class="lead">{t(professional ? 'glass.lead' : 'glass.lead_admin')}</p>
      {reading.value && <Through key={reading.value.room} room={reading.value} onClose={() => (reading.value = null)} />}
      <Awaited of={loaded}>
        {(found) => (
          <>
            {professional && (
              <section class="card" aria-labelledby="glass-pairs">
                <h2 id="glass-pairs">{t('glass.pairs')}</h2>
                {found.rooms.length === 0 && <p class="empty">{t('glass.no_pair')}</p>}
                <ul class="people">
                  {found.rooms.map((room) => (
                    <li key={room.room}>
                      <PairLine pair={room}>
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
                          <button type="button" class="quiet-button" onClick={() => (acting.value = { what: 'defer', room })}>
                            {t('glass.defer')}
                          </button>
                        </span>
                      </PairLine>
                    </li>
                  ))}
                </ul>
              </section>
            )}
            <Record found={found} ends={professional} onEnd={(what) => (ending.value = what)} />
          </>
        )}
      </Awaited>
      {acting.value?.what === 'break' && (
        <FormDialog title={t('glass.break_title', { pair: namesOfPair(acting.value.room) })} act={t('glass.break')} onClose={() => (acting.value = null)} save={broken}>
          <p>{t('glass.break_told')}</p>
          <Choice label={t('glass.motive')} name="motive" options={MOTIVES.map((motive) => [motive, t(`glass.motive.${motive}`)] as const)} />
          <Area label={t('glass.sentence')} name="sentence" hint={t('glass.sentence_hint')} {...SENTENCE} />
        </FormDialog>
      )}
      {acting.value?.what === 'defer' && (
        <FormDialog title={t('glass.defer_title', { pair: namesOfPair(acting.value.room) })} act={t('glass.defer')} onClose={() => (acting.value = null)} save={deferred}>
          <p>{t('glass.defer_what')}</p>
          <Choice label={t('glass.reason')} name="reason" options={REASONS.map((reason) => [reason, t(`glass.reason.${reason}`)] as const)} />
          <Area label={t('glass.sentence')} name="sentence" hint={t('glass.sentence_staff')} {...SENTENCE} />
          <Field label={t('glass.until')} name="until" type="date" min={inDays(1)} max={inDays(29)} />
        </FormDialog>
      )}
      {ending.value && (
        <FormDialog title={t('glass.end_title', { pair: ending.value.pair })} act={t('glass.end')} onClose={() => (ending.value = null)} save={ended}>
          <p>{t('glass.end_what')}</p>
        </FormDialog>
      )}
    </Page>
  );
}

/** What was done so far, for all staff to see; professionals end what puts off telling. */
function Record({ found, ends, onEnd }: { found: GlassOverview; ends: boolean; onEnd: (what: Ending) => void }): VNode {
  const pair = (room: string): string => {
    const known = found.rooms.find((one) => one.room === room);
    return known ? namesOfPair(known) : '';
  };
  return (
    <section class="card" aria-labelledby="glass-record">
      <h2 id="glass-record">{t('glass.record')}</h2>
      {found.accesses.length === 0 && <p class="empty">{t('glass.record_empty')}</p>}
      <ul class="people">
        {found.deferrals.map((one) => (
          <li key={one.id}>
            <Face name={one.by.name} role="supervisor" />
            <span>
              <strong>{pair(one.room)}</strong>
              <span>{t('glass.deferred_by', { name: one.by.name, day: dayOf(one.until) })}</span>
              <span>
                {tOr(`glass.reason.${one.reason}`, 'glass.reason')} {one.sentence}
              </span>
              {ends && (
                <span class="glass-acts">
                  <button type="button" class="quiet-button" onClick={() => onEnd({ pair: pair(one.room), deferral: one.id })}>
                    {t('glass.end')}
                  </button>
                </span>
              )}
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
                {access.told_at ? t('glass.told', { day: dayOf(access.told_at) }) : t('glass.told_later', { day: dayOf(access.tell_at) })}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The day here, so many days from now, as a field of a date has it. */
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toLocaleDateString('sv');
