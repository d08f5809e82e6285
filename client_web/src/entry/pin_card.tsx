/** The PIN of a bound device: set, changed, taken away by the person whose device it is. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '../locales/text';
import { loadHome, me } from '../session/session';
import { Problem, useAttempt } from '../shell/refused';
import { http } from '../wire/http';

export function PinCard(): VNode | null {
  const [first, second] = [useId(), useId()];
  const current = useSignal('');
  const pin = useSignal('');
  const done = useSignal('');
  const { busy, problem, attempt } = useAttempt();
  const has = me.value?.pin;
  if (has === undefined) return null;
  const put = (next: string | null): Promise<void> =>
    attempt(async () => {
      done.value = '';
      await http('PUT', 'session/pin', { ...(next === null ? {} : { pin: next }), ...(has ? { current: current.peek() } : {}) });
      done.value = t(next === null ? 'pin.removed' : 'pin.saved');
      current.value = pin.value = '';
      await loadHome();
    });
  const field = (id: string, label: string, held: typeof pin, hint?: string): VNode => (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="password"
        inputMode="numeric"
        autocomplete="off"
        value={held.value}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onInput={(event) => (held.value = event.currentTarget.value)}
      />
      {hint && (
        <span class="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </p>
  );
  return (
    <section class="card" aria-labelledby="pin-title">
      <h2 id="pin-title">{t('pin.title')}</h2>
      <p>{t(has ? 'pin.set' : 'pin.none')}</p>
      <p class="hint">{t('pin.why')}</p>
      <p class="done" role="status">
        {done.value}
      </p>
      <Problem sentence={problem.value} />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void put(pin.peek());
        }}
      >
        {has && field(first, t('pin.current'), current)}
        {field(second, t('pin.new'), pin, t('pin.hint'))}
        <div class="dialog-acts">
          <button type="submit" class="button" disabled={busy.value || pin.value === ''}>
            {t('pin.save')}
          </button>
          {has && (
            <button type="button" class="button button-plain" disabled={busy.value || current.value === ''} onClick={() => void put(null)}>
              {t('pin.remove')}
            </button>
          )}
        </div>
      </form>
    </section>
  );
}
