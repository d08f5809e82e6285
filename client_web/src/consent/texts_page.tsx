/** For admins: the words in which consent is asked. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { Choice, FormDialog } from '../admin/fields';
import { day } from '../locales/moments';
import { t } from '../locales/text';
import { language } from '../locales/language';
import { Header, LinkNotice } from '../shell/header';
import { Problem, useAttempt } from '../shell/refused';
import { useTitle } from '../shell/title';
import type { ConsentText } from '../wire/consent';
import { http } from '../wire/http';

const NOTICE_DAYS = 14; // time to answer, over a school holiday

export function TextsPage(): VNode {
  useTitle(t('texts.title'));
  const texts = useSignal<readonly ConsentText[]>([]);
  const editing = useSignal<ConsentText | null>(null);
  const done = useSignal('');
  const { problem, attempt } = useAttempt();
  useEffect(
    () =>
      void attempt(async () => {
        texts.value = (await http<{ texts: ConsentText[] }>('GET', 'consent-texts')).texts;
      }),
    [],
  );
  const save = async (before: ConsentText, fields: Record<string, string>): Promise<void> => {
    const days = { no: undefined, days: NOTICE_DAYS, now: 0 }[fields['again'] ?? 'no'];
    const answer = await http<{ texts: ConsentText[] }>('POST', 'consent-texts', {
      purpose: before.purpose,
      after: before.version,
      fr: { text: fields['fr_text'], easy: fields['fr_easy'] },
      en: { text: fields['en_text'], easy: fields['en_easy'] },
      ...(days === undefined ? {} : { asks_again_in: days }),
    });
    texts.value = answer.texts;
    editing.value = null;
    done.value = t('texts.saved');
  };
  const open = editing.value;
  return (
    <div class="page consent">
      <Header back />
      <main id="content" class="page-main" tabIndex={-1}>
        <LinkNotice />
        <h1>{t('texts.title')}</h1>
        <p class="lead">{t('texts.lead')}</p>
        <p class="done" role="status">
          {done.value}
        </p>
        <Problem sentence={problem.value} />
        {texts.value.map((text) => (
          <article key={text.purpose} class="card consent-card" aria-labelledby={`text-${text.purpose}`}>
            <div class="section-head">
              <h2 id={`text-${text.purpose}`}>{t(`consent.purpose.${text.purpose}`)}</h2>
              <button type="button" class="button button-soft" onClick={() => (editing.value = text)}>
                {t('texts.edit')}
              </button>
            </div>
            <p>{text[language.value].text}</p>
            <p class="fact">
              {t('consent.version', { version: text.version })}
              {text.changed_at && ` · ${day(new Date(text.changed_at))}`}
            </p>
          </article>
        ))}
        {open && (
          <FormDialog title={t(`consent.purpose.${open.purpose}`)} onClose={() => (editing.value = null)} save={(fields) => save(open, fields)}>
            <LongField label={t('texts.fr_text')} name="fr_text" value={open.fr.text} />
            <LongField label={t('texts.fr_easy')} name="fr_easy" value={open.fr.easy} />
            <LongField label={t('texts.en_text')} name="en_text" value={open.en.text} />
            <LongField label={t('texts.en_easy')} name="en_easy" value={open.en.easy} />
            <Choice
              label={t('texts.again')}
              name="again"
              value="no"
              options={[['no', t('texts.again.no')], ['days', t('texts.again.days', { count: NOTICE_DAYS })], ['now', t('texts.again.now')]]}
            />
          </FormDialog>
        )}
      </main>
    </div>
  );
}

function LongField({ label, name, value }: { label: string; name: string; value: string }): VNode {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <textarea id={id} name={name} rows={5} maxLength={4000} required defaultValue={value} />
    </p>
  );
}
