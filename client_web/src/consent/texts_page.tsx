/** For admins: the words in which consent is asked. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { dayOf } from '../locales/moments';
import { t } from '../locales/text';
import { language } from '../locales/language';
import { Area, Choice, FormDialog } from '../shell/fields';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import type { ConsentText } from '../wire/consent';
import { http } from '../wire/http';

const NOTICE_DAYS = 14; // time to answer, over a school holiday

type Texts = { texts: ConsentText[] };

export function TextsPage(): VNode {
  const loaded = useLoaded<Texts>('consent-texts');
  const editing = useSignal<ConsentText | null>(null);
  const done = useSignal('');
  const save = async (before: ConsentText, fields: Record<string, string>): Promise<void> => {
    const days = { no: undefined, days: NOTICE_DAYS, now: 0 }[fields['again'] ?? 'no'];
    const answer = await http<Texts>('POST', 'consent-texts', {
      purpose: before.purpose,
      after: before.version,
      fr: { text: fields['fr_text'], easy: fields['fr_easy'] },
      en: { text: fields['en_text'], easy: fields['en_easy'] },
      ...(days === undefined ? {} : { asks_again_in: days }),
    });
    loaded.keep(answer);
    editing.value = null;
    done.value = t('texts.saved');
  };
  const open = editing.value;
  return (
    <Page title={t('texts.title')} kind="consent">
      <p class="lead">{t('texts.lead')}</p>
      <p class="done" role="status">
        {done.value}
      </p>
      <Awaited of={loaded}>
        {({ texts }) =>
          texts.map((text) => (
            <article key={text.purpose} class="card consent-card" aria-labelledby={`text-${text.purpose}`}>
              <div class="section-head">
                <h2 id={`text-${text.purpose}`}>{t(`consent.purpose.${text.purpose}`)}</h2>
                <button type="button" class="button button-soft" aria-describedby={`text-${text.purpose}`} onClick={() => (editing.value = text)}>
                  {t('texts.edit')}
                </button>
              </div>
              <p>{text[language.value].text}</p>
              <p class="fact">
                {t('consent.version', { version: text.version })}
                {text.changed_at && ` · ${dayOf(text.changed_at)}`}
              </p>
            </article>
          ))
        }
      </Awaited>
      {open && (
        <FormDialog title={t(`consent.purpose.${open.purpose}`)} onClose={() => (editing.value = null)} save={(fields) => save(open, fields)}>
          <Area label={t('texts.fr_text')} name="fr_text" value={open.fr.text} {...LONG} />
          <Area label={t('texts.fr_easy')} name="fr_easy" value={open.fr.easy} {...LONG} />
          <Area label={t('texts.en_text')} name="en_text" value={open.en.text} {...LONG} />
          <Area label={t('texts.en_easy')} name="en_easy" value={open.en.easy} {...LONG} />
          <Choice
            label={t('texts.again')}
            name="again"
            value="no"
            options={[['no', t('texts.again.no')], ['days', t('texts.again.days', { count: NOTICE_DAYS })], ['now', t('texts.again.now')]]}
          />
        </FormDialog>
      )}
    </Page>
  );
}

const LONG = { rows: 5, maxLength: 4000 };
