import assert from 'node:assert/strict';
import { test } from 'node:test';
import { en as enPage } from './en';
import { enBoard } from './en_board';
import { enCases } from './en_cases';
import { enHeard } from './en_heard';
import { enCall } from './en_call';
import { enCaseload } from './en_caseload';
import { enConsent } from './en_consent';
import { enGlass } from './en_glass';
import { enHelp } from './en_help';
import { enHelplines } from './en_helplines';
import { enLetters } from './en_letters';
import { enJournal } from './en_journal';
import { enDesk } from './en_desk';
import { enDuty } from './en_duty';
import { enEntry } from './en_entry';
import { enPeople } from './en_people';
import { enLooks } from './en_looks';
import { enMend } from './en_mend';
import { enMyData } from './en_mydata';
import { enNotices } from './en_notices';
import { enRelay } from './en_relay';
import { enReports } from './en_reports';
import { enSecurity } from './en_security';
import { enOutside } from './en_outside';
import { enPairs } from './en_pairs';
import { enStaff } from './en_staff';
import { enSupervise } from './en_supervise';
import { enWatch } from './en_watch';
import { enWords } from './en_words';
import { enYoung } from './en_young';
import { fr as frPage } from './fr';
import { frBoard } from './fr_board';
import { frCases } from './fr_cases';
import { frHeard } from './fr_heard';
import { frCall } from './fr_call';
import { frCaseload } from './fr_caseload';
import { frConsent } from './fr_consent';
import { frGlass } from './fr_glass';
import { frHelp } from './fr_help';
import { frHelplines } from './fr_helplines';
import { frLetters } from './fr_letters';
import { frJournal } from './fr_journal';
import { frDesk } from './fr_desk';
import { frDuty } from './fr_duty';
import { frEntry } from './fr_entry';
import { frPeople } from './fr_people';
import { frLooks } from './fr_looks';
import { frMend } from './fr_mend';
import { frMyData } from './fr_mydata';
import { frNotices } from './fr_notices';
import { frRelay } from './fr_relay';
import { frReports } from './fr_reports';
import { frSecurity } from './fr_security';
import { frOutside } from './fr_outside';
import { frPairs } from './fr_pairs';
import { frStaff } from './fr_staff';
import { frSupervise } from './fr_supervise';
import { frWatch } from './fr_watch';
import { frWords } from './fr_words';
import { frYoung } from './fr_young';
import type { Text } from './text';

type Texts = Readonly<Record<string, Text>>;

const PARTS: readonly (readonly [french: Texts, english: Texts])[] = [
  [frPage, enPage],
  [frBoard, enBoard],
  [frCases, enCases],
  [frHeard, enHeard],
  [frCall, enCall],
  [frCaseload, enCaseload],
  [frConsent, enConsent],
  [frGlass, enGlass],
  [frHelp, enHelp],
  [frHelplines, enHelplines],
  [frLetters, enLetters],
  [frJournal, enJournal],
  [frDesk, enDesk],
  [frDuty, enDuty],
  [frEntry, enEntry],
  [frPeople, enPeople],
  [frLooks, enLooks],
  [frMend, enMend],
  [frMyData, enMyData],
  [frNotices, enNotices],
  [frOutside, enOutside],
  [frPairs, enPairs],
  [frRelay, enRelay],
  [frReports, enReports],
  [frSecurity, enSecurity],
  [frStaff, enStaff],
  [frSupervise, enSupervise],
  [frWatch, enWatch],
  [frWords, enWords],
  [frYoung, enYoung],
];
const fr: Texts = Object.assign({}, ...PARTS.map(([french]) => french));
const en: Texts = Object.assign({}, ...PARTS.map(([, english]) => english));

const forms = (text: Text): readonly string[] =>
  typeof text === 'string' ? [text] : 'one' in text ? [text.one, text.other] : text;
const parameters = (text: Text): string[] =>
  [...new Set(forms(text).flatMap((form) => [...form.matchAll(/\{(\w+)\}/g)].map((found) => found[1]!)))].sort();

test('both languages have the same keys', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(fr).sort());
});

test('a text stands in the same part in both languages, and in one part only', () => {
  for (const [french, english] of PARTS) assert.deepEqual(Object.keys(english).sort(), Object.keys(french).sort());
  assert.equal(PARTS.flatMap(([french]) => Object.keys(french)).length, Object.keys(fr).length);
});

test('a text takes the same parameters in both languages', () => {
  for (const [key, text] of Object.entries(fr)) {
    assert.deepEqual(parameters(en[key]!), parameters(text), key);
  }
});

test('nothing is empty and no straight apostrophe is left', () => {
  for (const texts of [fr, en]) {
    for (const [key, text] of Object.entries(texts)) {
      for (const form of forms(text as Text)) {
        assert.ok(form.trim(), key);
        assert.doesNotMatch(form, /'/, key);
      }
    }
  }
});

test('French puts a no-break space before high punctuation, and English none', () => {
  for (const [key, text] of Object.entries(fr)) {
    for (const form of forms(text as Text)) {
      assert.doesNotMatch(form, /[^\u202f\u00a0][!?;:](\s|$)/, key);
      assert.doesNotMatch(form, / [!?;:]/, key);
    }
  }
  for (const [key, text] of Object.entries(en)) {
    for (const form of forms(text)) assert.doesNotMatch(form, /\s[!?;:]/, key);
  }
});
