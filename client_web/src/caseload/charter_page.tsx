/** The mentors' charter, for admins: what stands, who has still to sign it, and another version in the association's words. */

import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { language } from '../locales/language';
import { dateOf } from '../locales/moments';
import { t } from '../locales/text';
import { Area, Choice, Field, FormDialog } from '../shell/fields';
import { Awaited, useLoaded } from '../shell/loaded';
import { Page } from '../shell/page';
import { mentorAddress } from '../shell/route';
import type { Charter, CharterList } from '../wire/caseload';
import { http } from '../wire/http';

export function CharterPage(): VNode {
  const loaded = useLoaded<CharterList>('charters');
  const writing = useSignal(false);
  const done = useSignal('');
  return (
    <Page title={t('charters.title')}>
      <p class="lead">{t('charters.lead')}</p>
      <p class="done" role="status">
        {done.value}
      </p>
      <Awaited of={loaded}>
        {({ charters: [newest, ...before], unsigned }) => (
          <>
            <section class="card" aria-labelledby="charter-now">
              <div class="section-head">
                <h2 id="charter-now">{t('charters.now')}</h2>
                <button type="button" class="button button-soft" onClick={() => (writing.value = true)}>
                  {t('charters.write')}
                </button>
              </div>
              <Articles charter={newest!} />
            </section>
            <section class="card" aria-labelledby="charter-unsigned">
              <h2 id="charter-unsigned">{t('charters.unsigned')}</h2>
              {unsigned.length === 0 && <p class="empty">{t('charters.all_signed')}</p>}
              {unsigned.length > 0 && newest!.version > 1 && (
                <p>{newest!.sign_again_from ? t('charters.until', { day: dateOf(newest!.sign_again_from) }) : t('charters.earlier_hold')}</p>
              )}
              <ul class="people">
                {unsigned.map(({ id, name }) => (
                  <li key={id}>
                    <a href={mentorAddress(id)}>{name}</a>
                  </li>
                ))}
              </ul>
            </section>
            {before.length > 0 && (
              <details class="card">
                <summary>{t('charters.before')}</summary>
                {before.map((charter) => (
                  <Articles key={charter.version} charter={charter} />
                ))}
              </details>
            )}
            {writing.value && (
              <WritingForm
                before={newest!}
                onClose={() => (writing.value = false)}
                onSaved={(fresh) => {
                  loaded.keep(fresh);
                  writing.value = false;
                  done.value = t('charters.saved');
                }}
              />
            )}
          </>
        )}
      </Awaited>
    </Page>
  );
}

const Articles = ({ charter }: { charter: Charter }): VNode => (
  <>
    <ol class="articles">
      {charter.text[language.value].map((article, index) => (
        <li key={index}>{article}</li>
      ))}
    </ol>
    <p class="fact">
      {[
        t('charters.version', { version: charter.version }),
        charter.changed_by ? t('charters.by', { name: charter.changed_by, day: dateOf(charter.changed_at!) }) : t('charters.shipped'),
        ...(charter.sign_again_from ? [t('charters.signed_again', { day: dateOf(charter.sign_again_from) })] : []),
      ].join(' · ')}
    </p>
  </>
);

interface FormProps {
  before: Charter;
  onClose: () => void;
  onSaved: (fresh: CharterList) => void;
}

const lines = (text: string | undefined): string[] =>
  (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function WritingForm({ before, onClose, onSaved }: FormProps): VNode {
  const again = useSignal('no');
  const today = new Date().toLocaleDateString('sv'); // ISO 8601, where the person is
  return (
    <FormDialog
      title={t('charters.write')}
      onClose={onClose}
      save={async ({ fr, en, sign_again_from }) =>
        onSaved(
          await http<CharterList>('POST', 'charters', {
            after: before.version,
            fr: lines(fr),
            en: lines(en),
            ...(sign_again_from ? { sign_again_from } : {}),
          }),
        )
      }
    >
      <Area label={t('charters.fr')} name="fr" rows={8} hint={t('charters.one_a_line')} value={before.text.fr.join('\n')} />
      <Area label={t('charters.en')} name="en" rows={8} hint={t('charters.one_a_line')} value={before.text.en.join('\n')} />
      <Choice
        label={t('charters.again')}
        name="again"
        value="no"
        options={[['no', t('charters.again_no')], ['day', t('charters.again_day')]]}
        onChange={(chosen) => (again.value = chosen)}
      />
      {again.value === 'day' && <Field label={t('charters.from')} name="sign_again_from" type="date" min={today} hint={t('charters.from_hint')} />}
    </FormDialog>
  );
}
