/** What the first page holds for staff alone: the ways to their own pages, and what they look after. */

import type { VNode } from 'preact';
import { t, type Key } from '../locales/text';
import { me } from '../session/session';
import { later } from '../shell/later';
import { BOARD, CASES, DEPARTMENTS, DESK, DUTY, GLASS, HEADS, SECOND_LOOKS } from '../shell/route';
import { RoomCards } from './room_cards';
import { staffCode } from './staff_code';

const Administration = later(async () => (await staffCode()).Administration);
const QueueSection = later(async () => (await staffCode()).QueueSection);
const DueSection = later(async () => (await import('../parts/pairs')).DueSection);

const WATCH = [[BOARD, 'app.board'], [CASES, 'app.cases']] as const;
const MORE = [[DUTY, 'app.duty'], [DESK, 'app.desk'], [GLASS, 'app.glass'], [SECOND_LOOKS, 'app.second_looks']] as const;
const ADMIN = [[DEPARTMENTS, 'app.departments'], [HEADS, 'app.heads']] as const;

const admin = (): boolean => me.value?.account.role === 'admin';

/** At the top: what goes on, and what waits. */
export const WatchLinks = (): VNode => (
  <p class="home-links">
    <Links of={admin() ? WATCH.slice(1) : WATCH} kind="button button-soft" />
  </p>
);

/** Beside the ways that everybody has, at the foot. */
export const MoreLinks = (): VNode => <Links of={admin() ? [...MORE, ...ADMIN] : MORE} kind="quiet-button" />;

const Links = ({ of, kind }: { of: readonly (readonly [string, Key])[]; kind: string }): VNode => (
  <>
    {of.map(([address, name]) => (
      <a key={address} class={kind} href={address}>
        {t(name)}
      </a>
    ))}
  </>
);

export function StaffHome(): VNode {
  if (admin()) return <Administration />;
  return (
    <div class="two-columns">
      <QueueSection />
      <section aria-labelledby="caseload-title">
        <h2 id="caseload-title">{t('home.caseload')}</h2>
        <RoomCards none="home.caseload_empty" />
        <DueSection />
      </section>
    </div>
  );
}
