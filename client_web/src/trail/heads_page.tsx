/** The heads of the audit trail, for an admin to print and put away. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t } from '../locales/text';
import { me } from '../session/session';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { Problem, useAttempt } from '../shell/refused';
import type { TrailHead, TrailHeads } from '../wire/glass';
import { http } from '../wire/http';

export function HeadsPage(): VNode {
  const loaded = useLoaded<TrailHeads>('audit/heads');
  const sent = useSignal('');
  const { busy, problem, attempt } = useAttempt();
  const send = (): Promise<void> =>
    attempt(async () => {
      sent.value = '';
      await http('POST', 'audit/heads/letter');
      sent.value = t('heads.sent');
    });
  return (
    <Page title={t('heads.title')} kind="heads">
      <p class="lead">{t('heads.lead', { organisation: me.value?.organisation.name ?? '' })}</p>
      <Awaited of={loaded}>
        {({ now, days }) => (
          <>
            {!now && <p class="empty">{t('heads.empty')}</p>}
            {now && (
              <dl class="card heads-list">
                <Head name={t('heads.now')} head={now} />
                {days.map((head) => (
                  <Head key={head.day} name={dayOf(head.day)} head={head} />
                ))}
              </dl>
            )}
          </>
        )}
      </Awaited>
      <Problem sentence={problem.value} />
      <p class="dialog-acts heads-print">
        <button type="button" class="button" onClick={() => print()}>
          {t('heads.print')}
        </button>
        <button type="button" class="button button-soft" disabled={busy.value} onClick={() => void send()}>
          {t('heads.send')}
        </button>
      </p>
      <p class="done" role="status">
        {sent.value}
      </p>
      <p class="hint">{t('heads.how')}</p>
    </Page>
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
