/** A reporter for node:test that writes what `npm test` adds up to the file that MNEMOSCOPE_RESULTS names. */
import { writeFileSync } from 'node:fs';

export default async function* results(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const isHook = data.details?.error?.failureType === 'hookFailed';
    if (data.details?.type === 'suite' && !isHook) continue;
    if (data.skip !== undefined || data.todo !== undefined) counts.skipped++;
    else if (type === 'test:pass') counts.passed++;
    else {
      counts.failed++;
      const error = data.details?.error;
      failures.push({ name: data.name, message: String(error?.cause?.message ?? error?.message) });
    }
  }
  writeFileSync(process.env.MNEMOSCOPE_RESULTS, JSON.stringify({ ...counts, failures }));
  yield '';
}
