/** The fields of an information préoccupante or a signalement: the child's words apart from what somebody makes of them. */

import type { VNode } from 'preact';
import { t } from '../locales/text';
import { dayAndHour } from '../locales/moments';
import { useLoaded } from '../shell/loaded';
import type { Department, Fact, Fields, Parent, Quote } from '../wire/relay';
import { Line, Pick, Text, Tick } from './bound';

interface Props {
  fields: Fields;
  missing: ReadonlySet<string>;
  onChange: (fields: Fields) => void;
}

type Named = 'line' | 'text';

export function LetterForm({ fields, missing, onChange }: Props): VNode {
  const departments = useLoaded<{ departments: readonly Department[] }>('departments');
  const set = (more: Partial<Fields>): void => onChange({ ...fields, ...more });
  const bound = (name: string, as: Named = 'line', hint?: string): VNode => {
    const props = { label: t(`relay.field.${name}` as 'relay.field.court'), name, value: String(fields[name] ?? ''), missing: missing.has(name), onChange: (value: string) => set({ [name]: value }) };
    return as === 'line' ? <Line {...props} {...(hint && { hint })} /> : <Text {...props} {...(hint && { hint })} />;
  };
  const chosen = departments.found.value?.departments.find(({ code }) => code === fields['department']);
  const told = fields.parents_told;
  return (
    <>
      <Group title="relay.group.to">
        {fields.kind === 'referral' && bound('court')}
        <Pick
          label={t('relay.field.department')}
          name="department"
          value={String(fields['department'] ?? '')}
          missing={missing.has('department')}
          options={[['', t('relay.choose')], ...(departments.found.value?.departments ?? []).map(({ code, name }) => [code, `${code} – ${name}`] as const)]}
          onChange={(department) => set({ department })}
        />
        {chosen && (
          <p class={chosen.contact ? 'hint' : 'relay-warning'}>
            {chosen.contact ? [chosen.contact.name, chosen.contact.address, chosen.contact.phone, chosen.contact.email].filter(Boolean).join(' · ') : t('relay.no_crip')}
          </p>
        )}
      </Group>
      <Group title="relay.group.reporter">
        {bound('reporter_name')}
        {bound('reporter_role')}
        {bound('reporter_organisation')}
        {bound('reporter_address')}
        {bound('reporter_phone', 'line', t('relay.phone_or_email'))}
        {bound('reporter_email')}
      </Group>
      <Group title="relay.group.child">
        {bound('child_name')}
        {bound('child_birth')}
        {bound('child_address')}
        {bound('child_school')}
      </Group>
      <Group title="relay.group.parents">
        <Many
          of={fields.parents ?? []}
          add={t('relay.add_parent')}
          fresh={(): Parent => ({ name: '' })}
          onChange={(parents) => set({ parents })}
          row={(parent, change, at) => (
            <>
              <Line label={t('relay.field.name')} name={`parents.${at}.name`} value={parent.name} missing={missing.has(`parents.${at}.name`)} onChange={(name) => change({ ...parent, name })} />
              <Line label={t('relay.field.relation')} name={`parents.${at}.relation`} value={parent.relation ?? ''} onChange={(relation) => change({ ...parent, relation })} />
              <Line label={t('relay.field.address')} name={`parents.${at}.address`} value={parent.address ?? ''} onChange={(address) => change({ ...parent, address })} />
              <Line label={t('relay.field.phone')} name={`parents.${at}.phone`} value={parent.phone ?? ''} onChange={(phone) => change({ ...parent, phone })} />
              <Pick label={t('relay.field.authority')} name={`parents.${at}.authority`} value={truthOf(parent.authority)} options={TRUTHS()} onChange={(value) => change({ ...parent, authority: TRUTH[value] ?? null })} />
            </>
          )}
        />
        {(fields.parents ?? []).length === 0 && (
          <Line label={t('relay.field.parents_unknown')} name="parents_unknown" value={String(fields['parents_unknown'] ?? '')} missing={missing.has('parents')} onChange={(value) => set({ parents_unknown: value })} />
        )}
        <Pick label={t('relay.field.parents_told')} name="parents_told" value={truthOf(told)} missing={missing.has('parents_told')} options={TRUTHS(t('relay.choose'))} onChange={(value) => set({ parents_told: TRUTH[value] ?? null })} />
        {told === false && bound('parents_untold_why', 'text')}
      </Group>
      <Group title="relay.group.facts">
        {missing.has('facts') && <p class="relay-missing">{t('relay.missing')}</p>}
        <Many
          of={fields.facts ?? []}
          add={t('relay.add_fact')}
          fresh={(): Fact => ({})}
          onChange={(facts) => set({ facts })}
          row={(fact, change, at) => (
            <>
              <Line label={t('relay.field.on')} name={`facts.${at}.on`} value={fact.on ?? ''} missing={missing.has(`facts.${at}.on`)} onChange={(on) => change({ ...fact, on })} />
              <Line label={t('relay.field.place')} name={`facts.${at}.place`} value={fact.place ?? ''} missing={missing.has(`facts.${at}.place`)} onChange={(place) => change({ ...fact, place })} />
              <Text label={t('relay.field.what')} name={`facts.${at}.what`} value={fact.what ?? ''} missing={missing.has(`facts.${at}.what`)} onChange={(what) => change({ ...fact, what })} />
            </>
          )}
        />
      </Group>
      <Group title="relay.group.words">
        <p>{t('relay.words_why')}</p>
        <Many
          of={fields.words ?? []}
          add={t('relay.add_heard')}
          fresh={(): Quote => ({ source: 'heard' })}
          onChange={(words) => set({ words })}
          row={(quote, change, at) =>
            quote.source === 'written' ? (
              <blockquote class="relay-quote">
                <p class="relay-verbatim" dir="auto">
                  {quote.text}
                </p>
                <p class="fact">{t('relay.written', { at: quote.said_at ? dayAndHour(new Date(quote.said_at)) : '' })}</p>
              </blockquote>
            ) : (
              <>
                <Text label={t('relay.field.heard')} name={`words.${at}.text`} value={quote.text ?? ''} missing={missing.has(`words.${at}.text`)} onChange={(text) => change({ ...quote, text })} />
                <Line label={t('relay.field.on')} name={`words.${at}.said_at`} value={quote.said_at ?? ''} missing={missing.has(`words.${at}.said_at`)} onChange={(said_at) => change({ ...quote, said_at })} />
                <Line label={t('relay.field.heard_by')} name={`words.${at}.heard_by`} value={quote.heard_by ?? ''} missing={missing.has(`words.${at}.heard_by`)} onChange={(heard_by) => change({ ...quote, heard_by })} />
              </>
            )
          }
        />
        {(fields.words ?? []).length === 0 && (
          <Line label={t('relay.field.no_words_why')} name="no_words_why" value={String(fields['no_words_why'] ?? '')} missing={missing.has('words')} onChange={(value) => set({ no_words_why: value })} />
        )}
      </Group>
      <Group title="relay.group.observations">
        <p>{t('relay.observations_why')}</p>
        {bound('observations', 'text')}
        {bound('measures', 'text')}
      </Group>
      <Group title="relay.group.signature">
        {bound('signed_by')}
        {bound('signed_at')}
        <Line type="date" label={t('relay.field.signed_on')} name="signed_on" value={String(fields['signed_on'] ?? '')} missing={missing.has('signed_on')} onChange={(value) => set({ signed_on: value || null })} />
        <Tick label={t('relay.attach')} checked={fields.attach === true} onChange={(attach) => set({ attach })} />
      </Group>
    </>
  );
}

const Group = ({ title, children }: { title: `relay.group.${'to' | 'reporter' | 'child' | 'parents' | 'facts' | 'words' | 'observations' | 'signature'}`; children: preact.ComponentChildren }): VNode => (
  <fieldset class="relay-group">
    <legend>{t(title)}</legend>
    {children}
  </fieldset>
);

interface ManyProps<One> {
  of: readonly One[];
  add: string;
  fresh: () => One;
  onChange: (of: readonly One[]) => void;
  row: (one: One, change: (one: One) => void, at: number) => VNode;
}

function Many<One>({ of, add, fresh, onChange, row }: ManyProps<One>): VNode {
  return (
    <>
      {of.map((one, at) => (
        <div key={at} class="relay-one">
          {row(one, (changed) => onChange(of.map((other, index) => (index === at ? changed : other))), at)}
          <button type="button" class="quiet-button" onClick={() => onChange(of.filter((_, index) => index !== at))}>
            {t('relay.remove')}
          </button>
        </div>
      ))}
      <button type="button" class="button button-soft" onClick={() => onChange([...of, fresh()])}>
        {add}
      </button>
    </>
  );
}

const TRUTH: Readonly<Record<string, boolean>> = { yes: true, no: false };
const truthOf = (truth: boolean | null | undefined): string => (truth === true ? 'yes' : truth === false ? 'no' : '');
const TRUTHS = (none = t('relay.unknown')): readonly (readonly [string, string])[] => [
  ['', none],
  ['yes', t('relay.yes')],
  ['no', t('relay.no')],
];
