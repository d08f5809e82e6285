/** The heads of the audit trail, for an admin to print and put away. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { day } from '../locales/moments';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Header, LinkNotice } from '../shell/header';
import { Problem, useAttempt } from '../shell/refused';
import { useTitle } from '../shell/title';
import type { TrailHead, TrailHeads } from '../wire/glass';
import { http } from '../wire/http';

export function HeadsPage(): VNode {
  useTitle(t('heads.title'));
  const found = useSignal<TrailHeads | null>(null);
  const sent = useSignal('');
  const { busy, problem, attempt } = useAttempt();
  const send = (): Promise<void> =>
    attempt(async () => {
      await http('POST', 'audit/heads/letter');
      sent.value = t('heads.sent');
    });
  useEffect(
    () =>
      void attempt(async () => {
        found.value = await http<TrailHeads>('GET', 'audit/heads');
      }),
    [],
  );
  return (
    <div class="page">
      <Header back />
      <main id="content" class="page-main heads" tabIndex={-1}>
        <LinkNotice />
        <h1>{t('heads.title')}</h1>
        <p class="lead">{t('heads.lead', { organisation: me.value?.organisation.name ?? '' })}</p>
        <Problem sentence={problem.value} />
        {found.value && !found.value.now && <p class="empty">{t('heads.empty')}</p>}
        <dl class="card heads-list">
          {found.value?.now && <Head name={t('heads.now')} head={found.value.now} />}
          {found.value?.days.map((head) => <Head key={head.day} name={day(new Date(`${head.day}T12:00`))} head={head} />)}
        </dl>
        <button type="button" class="button heads-print" onClick={() => print()}>
          {t('heads.print')}
        </button>
        <button type="button" class="button button-soft heads-print" disabled={busy.value} onClick={() => void send()}>
          {t('heads.send')}
        </button>
        <p class="done" role="status">
          {sent.value}
        </p>
        <p class="hint">{t('heads.how')}</p>
      </main>
    </div>
  );
}

const Head = ({ name, head }: { name: string; head: TrailHead }): VNode => (
  <div>
    <dt>{name}</dt>
    <dd>
      <code>{head.head}</code>
    </dd>
  </div>
);
