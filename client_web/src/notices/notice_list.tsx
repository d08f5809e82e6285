/** The list of news at the top of the first page. What each says stands in the texts, under `notice.KIND`. */

import type { VNode } from 'preact';
import { ago, dayAndHour, dayOf } from '../locales/moments';
import { t, tOr, type Params } from '../locales/text';
import { me } from '../session/session';
import { CONSENTS, DATA, DESK, DUTY, GLASS, JOURNAL, LETTERS, PAPERS, REPORTS, SECURITY, dispatchAddress, mentorAddress, pairAddress, welfareAddress, youngAddress } from '../shell/route';
import type { Notice } from '../wire/notice';
import { seen, unseen } from './unseen';

export function NoticeList(): VNode | null {
  const notices = unseen.value;
  if (notices.length === 0) return null;
  return (
    <section class="card news" aria-labelledby="news-title">
      <div class="section-head">
        <h2 id="news-title">{t('news.title')}</h2>
        <button type="button" class="quiet-button" onClick={() => void seen(notices)}>
          {t('news.seen')}
        </button>
      </div>
      <ul>
        {notices.map((notice) => (
          <li key={notice.id}>
            {tOr(`notice.${notice.kind}`, 'notice.other', said(notice.facts))} <time dateTime={notice.at}>{ago(new Date(notice.at))}</time>
            {whereTo(notice) && (
              <>
                {' '}
                <a href={whereTo(notice)!}>{t('news.see')}</a>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The page where something can be done about it, when there is one. */
function whereTo({ kind, facts }: Notice): string | null {
  const of = (name: string, address: (id: string) => string): string | null => {
    const id = facts[name];
    return typeof id === 'string' ? address(id) : null;
  };
  if (/^letter/.test(kind)) return LETTERS;
  if (/^(papers|charter)_/.test(kind)) return PAPERS;
  if (/^mentor_papers_/.test(kind)) return of('mentor', mentorAddress);
  if (kind === 'welfare_due') return of('mentee', welfareAddress);
  if (/^pair_(received|answered|changed)$/.test(kind)) return of('pair', pairAddress);
  if (/^request_(made|by_guardian|due|overdue)$/.test(kind)) return DESK;
  if (/^request_/.test(kind)) return DATA;
  if (/^report_/.test(kind)) return REPORTS;
  if (/^duty_/.test(kind)) return DUTY;
  if (kind === 'case_shared') return JOURNAL;
  if (/^dispatch_/.test(kind)) return of('dispatch', dispatchAddress);
  if (kind === 'glass_broken') return JOURNAL;
  if (kind === 'glass_broken_pair') return GLASS;
  if (/^(new_device|passkey_|second_factor_|recovery_)/.test(kind)) return SECURITY;
  if (!/^(consent|guardian)_/.test(kind)) return null;
  const role = me.value?.account.role;
  return role === 'mentee' || role === 'guardian' ? CONSENTS : of('mentee', youngAddress);
}

/** Days and instants as people say them; words of ours in the person's language, from `notice.word.WORD`. */
function said(facts: Notice['facts']): Params {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, typeof fact === 'string' ? inWords(fact) : Number(fact)]));
}

function inWords(fact: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(fact)) return dayOf(fact);
  if (/^\d{4}-\d\d-\d\dT/.test(fact)) return dayAndHour(new Date(fact));
  const word = tOr(`notice.word.${fact}`, 'notice.word');
  return word === t('notice.word') ? fact : word;
}
