/** The queue as the professional's first page shows it: its lists, and what spares the reader. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { t, type Key } from '../locales/text';
import { Icon } from '../shell/icons';
import { RULES } from '../shell/route';
import { late } from '../wire/late';
import { useSeconds } from './countdown';
import { Figures } from './figures';
import { DecidedFlag, FlagCard } from './flag_card';
import { moveByKey } from './keys';
import { closedFlags, decidedFlags, loadQueue, openFlags, samples, secondFlags } from './queue';
import { SampleCard } from './sample_card';
import { blur, choose, grey, hadABreak, WHEN, worthABreak, type When } from './wellness';

type Tab = 'open' | 'second' | 'sample' | 'closed' | 'figures';
const TABS: readonly Tab[] = ['open', 'second', 'sample', 'closed', 'figures'];

export function QueueSection(): VNode {
  const tab = useSignal<Tab>('open');
  useEffect(() => void loadQueue(), []);
  useSeconds();
  const counts: Partial<Record<Tab, number>> = {
    open: openFlags.value.length,
    second: secondFlags.value.length,
    sample: samples.value.length,
  };
  return (
    <section class="queue" aria-labelledby="queue-title">
      <div class="queue-head">
        <h2 id="queue-title">
          {t('queue.title')}
          {openFlags.value.length > 0 && <span class="count">{t('queue.count', { count: openFlags.value.length })}</span>}
        </h2>
        <a class="quiet-button" href={RULES}>
          <Icon name="settings" />
          {t('rules.title')}
        </a>
      </div>
      <nav class="queue-tabs" aria-label={t('queue.lists')}>
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            class="queue-tab"
            aria-current={tab.value === name ? 'true' : undefined}
            onClick={() => (tab.value = name)}
          >
            {t(`queue.tab.${name}`)}
            {(counts[name] ?? 0) > 0 && <span class="queue-count">{counts[name]}</span>}
          </button>
        ))}
      </nav>
      {late.value && <p class="notice notice-offline">{t('queue.offline')}</p>}
      <Break />
      <div class="queue-list" onKeyDown={moveByKey}>
        <List tab={tab.value} />
      </div>
      <Comfort />
    </section>
  );
}

function List({ tab }: { tab: Tab }): VNode {
  switch (tab) {
    case 'figures':
      return <Figures />;
    case 'closed':
      return closedFlags.value.length ? <Decided flags={closedFlags.value} /> : <p class="empty">{t('queue.empty.closed')}</p>;
    case 'sample':
      return (
        <>
          <p class="hint">{t('queue.sample_why')}</p>
          {samples.value.length === 0 && <p class="empty">{t('queue.empty.sample')}</p>}
          {samples.value.map((flag, index) => (
            <SampleCard key={flag.id} flag={flag} first={index === 0} />
          ))}
        </>
      );
    case 'second':
      return (
        <>
          {secondFlags.value.length === 0 && <p class="empty">{t('queue.empty.second')}</p>}
          {secondFlags.value.map((flag, index) => (
            <FlagCard key={flag.id} flag={flag} first={index === 0} />
          ))}
        </>
      );
    default:
      return (
        <>
          {openFlags.value.length === 0 && <p class="empty">{t('queue.empty')}</p>}
          {openFlags.value.map((flag, index) => (
            <FlagCard key={flag.id} flag={flag} first={index === 0} />
          ))}
          {decidedFlags.value.length > 0 && (
            <>
              <h3 class="section-small">{t('queue.closed_title')}</h3>
              <Decided flags={decidedFlags.value} />
            </>
          )}
        </>
      );
  }
}

const Decided = ({ flags }: { flags: typeof closedFlags.value }): VNode => (
  <ul class="decided-list">
    {flags.map((flag) => (
      <DecidedFlag key={flag.id} flag={flag} />
    ))}
  </ul>
);

/** After many grave texts: a suggestion, no more. */
function Break(): VNode | null {
  const count = worthABreak();
  if (!count) return null;
  return (
    <div class="notice break" role="status">
      <Icon name="pause" />
      <div>
        <p>{t('queue.break', { count })}</p>
        <button type="button" class="quiet-button" onClick={hadABreak}>
          {t('queue.break_done')}
        </button>
      </div>
    </div>
  );
}

function Comfort(): VNode {
  return (
    <details class="comfort">
      <summary>{t('queue.comfort')}</summary>
      <div class="comfort-choices">
        <Choose which="blur" now={blur.value} />
        <Choose which="grey" now={grey.value} />
      </div>
      <p class="hint">{t('queue.keys')}</p>
    </details>
  );
}

function Choose({ which, now }: { which: 'blur' | 'grey'; now: When }): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{t(`queue.${which}` as Key)}</label>
      <select id={id} value={now} onChange={(event) => choose(which, event.currentTarget.value as When)}>
        {WHEN.map((when) => (
          <option key={when} value={when}>
            {t(`queue.when.${when}` as Key)}
          </option>
        ))}
      </select>
    </p>
  );
}
