import { withFirstTimes } from '@thaw/graph';
import { OWN_FAMILY } from '../settings.js';
import type { Migration } from './migration.js';

/** The last row that is rewritten. A row does not tell by itself which format it is in. */
const DONE_KEY = new TextEncoder().encode('first times up to');

/** Customers' rows get a first time beside each last one. */
export const addFirstTimes: Migration = {
  from: 1,
  migrate: (target) => {
    const done = target.get(OWN_FAMILY, DONE_KEY);
    const scan = target.scan('customers', done && { from: Buffer.concat([done, Buffer.alloc(1)]) });
    try {
      for (let page = scan.next(); page.length > 0; page = scan.next()) {
        const rows = page.map(({ key, value }) => ({ table: 'customers' as const, key, value: withFirstTimes(value) }));
        target.write([...rows, { table: OWN_FAMILY, key: DONE_KEY, value: page.at(-1)!.key }]);
      }
    } finally {
      scan.close();
    }
  },
};
