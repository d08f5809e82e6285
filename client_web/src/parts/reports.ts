/** Reporting, one's reports, and reports in a case, with their texts: fetched by who opens them. */

import '../main'; // as staff.ts does, and for the same reason

import { frReports } from '../locales/fr_reports';
import { learnTexts } from '../locales/text';

learnTexts(frReports);

export { ReportEvidence } from '../reports/report_evidence';
export { ReportPage } from '../reports/report_page';
export { ReportsPage } from '../reports/reports_page';
