/** "Try a sentence": what would become of it, what each side would see, and why. Nothing of it is stored. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { language } from '../locales/language';
import { t, tOr, type Key } from '../locales/text';
import { Marked } from '../queue/excerpt';
import { Severity } from '../queue/severity';
import { Masked } from '../room/fate';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';
import type { OwnRules, TryAnswer, TryBody } from '../wire/rules';
import { STAGES } from './table';

interface Props {
  /** The rules as they are being written, when they differ from those that hold. */
  draft: OwnRules | null;
}

export function TryBox({ draft }: Props): VNode {
  const text = useSignal('');
  const sender = useSignal<TryBody['sender']>('mentor');
  const age = useSignal('');
  const stage = useSignal<NonNullable<TryBody['stage']>>('active');
  const answer = useSignal<AnswerProps | null>(null);
  const { busy, problem, attempt } = useAttempt();
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const ask = async (): Promise<void> => {
    const said = text.peek();
    if (!said.trim()) return field.current?.focus();
    const years = age.peek() === '' ? {} : { young_age: Number(age.peek()) };
    await attempt(async () => {
      const found = await http<TryAnswer>('POST', 'moderation/try', {
        text: said,
        sender: sender.peek(),
        ...years,
        ...(sender.peek() === 'mentee' && age.peek() !== '' ? { sender_age: Number(age.peek()) } : {}),
        stage: stage.peek(),
        ...(draft ? { draft } : {}),
      } satisfies TryBody);
      answer.value = { said, found, drafted: draft !== null };
    });
  };
  return (
    <section class="card try" aria-labelledby="try-title">
      <h2 id="try-title">{t('try.title')}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <p class="field">
          <label for={`${id}-text`}>{t('try.text')}</label>
          <textarea id={`${id}-text`} ref={field} rows={2} maxLength={4_000} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
          <span class="hint">{t('try.not_kept')}</span>
        </p>
        <div class="side-by-side">
          <p class="field">
            <label for={`${id}-sender`}>{t('try.sender')}</label>
            <select id={`${id}-sender`} value={sender.value} onChange={(event) => (sender.value = event.currentTarget.value as TryBody['sender'])}>
              <option value="mentor">{t('role.mentor')}</option>
              <option value="mentee">{t('role.mentee')}</option>
            </select>
          </p>
          <p class="field">
            <label for={`${id}-age`}>{t('try.age')}</label>
            <input id={`${id}-age`} type="number" min={0} max={150} value={age.value} placeholder={t('try.age_minor')} onInput={(event) => (age.value = event.currentTarget.value)} />
          </p>
          <p class="field">
            <label for={`${id}-stage`}>{t('policy.stage')}</label>
            <select id={`${id}-stage`} value={stage.value} onChange={(event) => (stage.value = event.currentTarget.value as typeof stage.value)}>
              {STAGES.map((each) => (
                <option key={each} value={each}>
                  {t(`stage.${each}` as Key)}
                </option>
              ))}
            </select>
          </p>
        </div>
        <Problem sentence={problem.value} />
        <p class="decision-acts">
          <button type="submit" class="button" disabled={busy.value}>
            {t(draft ? 'try.go_draft' : 'try.go')}
          </button>
        </p>
      </form>
      <div role="status">{answer.value && <Answer {...answer.value} />}</div>
    </section>
  );
}

interface AnswerProps {
  said: string;
  found: TryAnswer;
  drafted: boolean;
}

function Answer({ said, found, drafted }: AnswerProps): VNode {
  const follows = [found.alert ? t('policy.alert') : found.flag ? t('policy.flag') : t('try.no_flag'), found.freeze ? t('policy.freeze') : '', found.author.help ? t('policy.help') : ''];
  return (
    <div class="try-answer">
      <p class="try-verdict">
        {found.severity > 0 && <Severity level={found.severity} />}
        <strong>{t(`policy.action.${found.action}` as Key)}</strong>
        <span>{follows.filter(Boolean).join(', ')}</span>
        {drafted && <span class="tag">{t('try.by_draft')}</span>}
      </p>
      <div class="side-by-side">
        <div class="try-side">
          <h3>{t('try.author_sees')}</h3>
          <p class="bubble">{said}</p>
          {found.author.state !== 'delivered' && <p class="fate-short">{t(`message.${found.author.state}`)}</p>}
        </div>
        <div class="try-side">
          <h3>{t('try.other_sees')}</h3>
          {found.other ? (
            <p class="bubble">
              <Masked text={found.other.body} />
            </p>
          ) : (
            <p class="empty">{t('try.nothing')}</p>
          )}
        </div>
      </div>
      <h3>{t('try.why')}</h3>
      {found.labels.length === 0 ? (
        <p>{t('try.no_label')}</p>
      ) : (
        <>
          <Marked text={said} labels={found.labels} />
          <ul class="try-labels">
            {found.labels.map((label, index) => (
              <li key={index}>
                <p>
                  <Severity level={label.severity} /> <strong>{tOr(`category.${label.category}`, 'category.other')}</strong> <code>{label.rule}</code>
                </p>
                <p>{found.explanations[index]?.[language.value]}</p>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
