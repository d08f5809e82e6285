/** One line of letters: what was written, what waits on this device, and a place to write. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { staffCode } from '../home/staff_code';
import { dayAndHour } from '../locales/moments';
import { t } from '../locales/text';
import { forget, keepLetter, tryAgain, waiting } from '../outbox/outbox';
import { me } from '../session/session';
import { Awaited, useLoaded } from '../shell/loaded';
import { later } from '../shell/later';
import { Problem, refusedBecause } from '../shell/refused';
import { caseAddress, go } from '../shell/route';
import { http } from '../wire/http';
import type { Letter, LetterPage } from '../wire/letters';
import { Attach } from './attach';

const NewCase = later(async () => (await Promise.all([import('../parts/cases'), staffCode()]))[0].NewCase);

const LONGEST = 4_000; // the server has the last word; this only warns before

export function Thread({ person, line }: { person: string; line: 'own' | 'other' }): VNode {
  const to = `${person}/${line}`;
  const loaded = useLoaded<LetterPage>(`letters/${to}`, ['letter:new']);
  const older = useSignal<readonly Letter[]>([]);
  const more = useSignal<boolean | null>(null);
  const opening = useSignal<string | null>(null);
  const problem = useSignal('');
  const found = loaded.found.value;
  const unsent = waiting.value.filter((item) => item.kind === 'letter' && item.to === to && item.account === me.value?.account.id);
  useEffect(() => {
    const last = found?.letters.filter((letter) => !letter.mine).at(-1);
    if (last) void http('POST', `letters/${to}/seen`, { upto: last.seq }).catch(() => undefined);
  }, [found]);
  useEffect(() => {
    if (found) void loaded.load();
  }, [unsent.length]);
  const showOlder = async (): Promise<void> => {
    const first = (older.peek()[0] ?? found?.letters[0])?.seq;
    try {
      const page = await http<LetterPage>('GET', `letters/${to}?before=${first}`);
      older.value = [...page.letters, ...older.peek()];
      more.value = page.more;
      problem.value = '';
    } catch (error) {
      problem.value = refusedBecause(error);
    }
  };
  const mine = person === me.value?.account.id;
  return (
    <Awaited of={loaded}>
      {(page) => (
        <>
          <p class="fact">{page.readers.length ? t(mine ? 'letters.readers' : 'letters.readers_of', { names: page.readers.join(', '), person: page.person.name }) : t('letters.nobody')}</p>
          <Problem sentence={problem.value} />
          {(more.value ?? page.more) && (
            <button type="button" class="quiet-button" onClick={() => void showOlder()}>
              {t('letters.older')}
            </button>
          )}
          <ol class="letters-list" aria-label={t('letters.title')}>
            {[...older.value, ...page.letters].map((letter) => (
              <li key={letter.id} class={letter.mine ? 'card letter mine' : 'card letter'}>
                <p class="letter-body">{letter.body}</p>
                <p class="fact">
                  {letter.mine ? t('letters.you') : letter.author || t('letters.somebody')} · <time dateTime={letter.at}>{dayAndHour(new Date(letter.at))}</time>
                  {letter.mine && ` · ${t(letter.seen ? 'letters.read' : 'letters.sent')}`}
                </p>
                {!mine && (
                  <div class="acts">
                    {letter.theirs && (
                      <button type="button" class="quiet-button" onClick={() => (opening.value = letter.id)}>
                        {t('letters.open_case')}
                      </button>
                    )}
                    {me.value?.account.role === 'supervisor' && <Attach letter={letter} person={page.person} />}
                  </div>
                )}
              </li>
            ))}
            {unsent.map((item) => (
              <li key={item.id} class="card letter mine is-waiting">
                <p class="letter-body">{item.body}</p>
                <p class="fact">{item.returned ?? t('letters.waiting')}</p>
                {item.returned !== undefined && (
                  <p class="acts">
                    <button type="button" class="quiet-button" onClick={() => void tryAgain(item)}>
                      {t('app.again')}
                    </button>
                    <button type="button" class="quiet-button" onClick={() => void forget(item.order)}>
                      {t('letters.discard')}
                    </button>
                  </p>
                )}
              </li>
            ))}
          </ol>
          {page.readers.length > 0 && <Writing to={to} />}
          {opening.value && <NewCase letter={{ id: opening.value, person, line }} onClose={() => (opening.value = null)} onOpened={(one) => go(caseAddress(one.id))} />}
        </>
      )}
    </Awaited>
  );
}

function Writing({ to }: { to: string }): VNode {
  const text = useSignal('');
  const problem = useSignal('');
  const send = (event: Event): void => {
    event.preventDefault();
    const body = text.peek().trim();
    const length = [...body].length;
    problem.value = length === 0 ? t('letters.empty') : length > LONGEST ? t('letters.long', { count: LONGEST }) : '';
    if (problem.peek()) return;
    void keepLetter(to, body);
    text.value = '';
  };
  return (
    <form class="card" onSubmit={send} noValidate>
      <p class="field">
        <label for="letter">{t('letters.write')}</label>
        <textarea id="letter" rows={5} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
      </p>
      <Problem sentence={problem.value} />
      <button type="submit" class="button">
        {t('letters.send')}
      </button>
    </form>
  );
}
