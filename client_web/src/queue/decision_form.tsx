/** A decision, with its reason and what belongs to it: advice, hidden words, a note, the end of a freeze. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../locales/text';
import { Problem } from '../shell/refused';
import type { Decision, Flag, Reason } from '../wire/flag';
import { isHidden, touched, wordsOf } from './hiding';
import { needsTwo, reasonsFor, textOf } from './lists';
import { hiddenSpans, Masker } from './masker';
import { busy, claim, decide } from './queue';

const RENEW_MS = 4 * 60_000; // a claim ends after five
const MOST_NOTE = 2_000; // code points, as docs/protocol.md says

interface Props {
  flag: Flag;
  decision: Decision;
  /** It is decided, and all that is left to do is to end the pause of its pair. */
  lifting?: boolean;
  onClose: () => void;
}

export function DecisionForm({ flag, decision, lifting = false, onClose }: Props): VNode {
  const text = textOf(flag);
  const reason = useSignal<Reason | ''>('');
  const note = useSignal('');
  const advice = useSignal('');
  const lifts = useSignal(lifting);
  const problem = useSignal('');
  const hidden = useSignal<ReadonlySet<number>>(
    touched(wordsOf(text), flag.edited === undefined ? flag.labels.filter(isHidden) : []),
  );
  const first = useRef<HTMLSelectElement>(null);
  const adviceField = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const two = needsTwo(flag.severity, decision, reason.value, lifts.value);

  useEffect(() => {
    first.current?.focus();
    if (lifting) return;
    const timer = setInterval(() => void claim(flag), RENEW_MS);
    return () => clearInterval(timer);
  }, []);

  const confirm = async (): Promise<void> => {
    if (!reason.peek()) {
      problem.value = t('queue.need_reason');
      first.current?.focus();
      return;
    }
    if (decision === 'return' && !advice.peek().trim()) {
      problem.value = t('queue.need_advice');
      adviceField.current?.focus();
      return;
    }
    const spans = decision === 'release_masked' ? hiddenSpans(text, hidden.peek()) : null;
    if (spans && spans.length === 0) {
      problem.value = t('queue.need_hidden');
      return;
    }
    problem.value = '';
    const done = await decide(flag, {
      decision,
      reason: reason.peek() as Reason,
      ...(note.peek().trim() ? { note: note.peek().trim() } : {}),
      ...(decision === 'return' ? { advice: advice.peek().trim() } : {}),
      ...(lifts.peek() ? { lift_freeze: true } : {}),
      ...(spans ? { spans } : {}),
    });
    if (done) onClose();
  };

  return (
    <form
      class="decision"
      aria-labelledby={`${id}-title`}
      noValidate
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      <h4 id={`${id}-title`}>{t(lifting ? 'queue.lift' : `queue.${decision}`)}</h4>
      {!lifting && <p class="hint">{t(`queue.${decision}_why`)}</p>}
      <Problem key="problem" sentence={problem.value} />
      {decision === 'release_masked' && (
        <Labelled label={t('queue.hide_words')} hint={t('queue.hide_hint')}>
          <Masker text={text} hidden={hidden.value} onChange={(chosen) => (hidden.value = chosen)} />
        </Labelled>
      )}
      <p class="field">
        <label for={`${id}-reason`}>{t('queue.why')}</label>
        <select id={`${id}-reason`} ref={first} value={reason.value} onChange={(event) => (reason.value = event.currentTarget.value as Reason | '')}>
          <option value="">{t('admin.choose')}</option>
          {reasonsFor(decision).map((each) => (
            <option key={each} value={each}>
              {t(`reason.${each}`)}
            </option>
          ))}
        </select>
      </p>
      {decision === 'return' && (
        <p class="field">
          <label for={`${id}-advice`}>{t('queue.advice')}</label>
          <textarea
            id={`${id}-advice`}
            ref={adviceField}
            rows={2}
            maxLength={MOST_NOTE}
            aria-describedby={`${id}-advice-hint`}
            value={advice.value}
            onInput={(event) => (advice.value = event.currentTarget.value)}
          />
          <span class="hint" id={`${id}-advice-hint`}>
            {t('queue.advice_hint', { name: flag.author.name })}
          </span>
        </p>
      )}
      <p class="field">
        <label for={`${id}-note`}>{t('queue.note')}</label>
        <textarea id={`${id}-note`} rows={1} maxLength={MOST_NOTE} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
      </p>
      {flag.frozen && !lifting && decision !== 'escalate' && (
        <p class="field field-check">
          <label>
            <input type="checkbox" checked={lifts.value} onChange={(event) => (lifts.value = event.currentTarget.checked)} /> {t('queue.lift')}
          </label>
        </p>
      )}
      {two && <p key="two" class="notice notice-offline">{t('queue.two')}</p>}
      <p class="decision-acts">
        <button type="submit" class="button" disabled={busy.value.has(flag.id)}>
          {t(busy.value.has(flag.id) ? 'queue.busy' : two ? 'queue.propose' : 'queue.confirm')}
        </button>
        <button type="button" class="button button-plain" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </p>
    </form>
  );
}

const Labelled = ({ label, hint, children }: { label: string; hint: string; children: ComponentChildren }): VNode => (
  <div class="field">
    <span class="label">{label}</span>
    {children}
    <span class="hint">{hint}</span>
  </div>
);
