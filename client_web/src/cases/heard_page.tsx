/** For an outside contact, without an account: that somebody is needed, since when, and one button. Nothing of the case. */

import type { VNode } from 'preact';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { Door } from '../shell/door';
import { Awaited, useLoaded } from '../shell/loaded';
import { Problem, useAttempt } from '../shell/refused';
import { useTitle } from '../shell/title';
import type { Heard } from '../wire/case';
import { http } from '../wire/http';
import { CRITICAL } from './rules';

export function HeardPage({ token }: { token: string }): VNode {
  const loaded = useLoaded<Heard>(`heard/${token}`);
  const { busy, problem, attempt } = useAttempt();
  const found = loaded.found.value;
  const waits = found && !found.over && !found.acknowledged_at;
  const title = t(found && !waits ? 'heard.taken_title' : 'heard.title');
  useTitle(title);
  const take = (): Promise<void> =>
    attempt(async () => {
      loaded.keep(await http<Heard>('POST', `heard/${token}`));
    });
  return (
    <Door title={title} lead={waits ? t('heard.lead', { organisation: found.organisation }) : false}>
      <Awaited of={loaded}>
        {(call) => (
          <div class="heard" role="status">
            {call.over ? (
              <p>{t('heard.over')}</p>
            ) : call.acknowledged_at ? (
              <p>
                {call.yours
                  ? t('heard.taken_you', { organisation: call.organisation, reference: call.reference })
                  : t('heard.taken', { when: dayAndHour(new Date(call.acknowledged_at)) })}
              </p>
            ) : (
              <>
                <p>
                  <strong>{t('heard.since', { when: dayAndHour(new Date(call.opened_at)) })}</strong>
                </p>
                {call.severity >= CRITICAL && <p>{t('heard.severity')}</p>}
                <p>{t('heard.reference', { reference: call.reference })}</p>
                <Problem sentence={problem.value} />
                <button type="button" class="button button-wide" disabled={busy.value} onClick={() => void take()}>
                  {t('heard.take')}
                </button>
                <p class="hint">{t('heard.take_why')}</p>
              </>
            )}
          </div>
        )}
      </Awaited>
      <p class="hint heard-private">{t('heard.private')}</p>
    </Door>
  );
}
