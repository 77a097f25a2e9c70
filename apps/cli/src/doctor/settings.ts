import type { Config } from '@thaw/platform';
import { type Check, type Finding, ok, warn } from './check.js';

/** Settings that are each allowed, and together are hardly meant. */
export function settingFindings(config: Config): readonly Finding[] {
  const { graph, security, http, trainer } = config;
  const findings: Finding[] = [];
  const suspect = (isSo: boolean, what: string, todo: string): void => {
    if (isSo) findings.push(warn(what, todo));
  };
  suspect(graph.crashAt !== undefined, 'THAW_TEST_CRASH_AT is set: apps/graph will kill itself', 'Unset it.');
  suspect(
    graph.listingHysteresis >= graph.maxListings,
    `THAW_LISTING_HYSTERESIS (${graph.listingHysteresis}) is not below THAW_MAX_LISTINGS (${graph.maxListings}): nothing is admitted`,
    'Lower it to a few listings.',
  );
  suspect(
    graph.demandHysteresis >= graph.minCustomers,
    `THAW_DEMAND_HYSTERESIS (${graph.demandHysteresis}) is not below THAW_MIN_CUSTOMERS (${graph.minCustomers}): demand evicts nothing`,
    'Lower it to a few customers.',
  );
  suspect(
    graph.coInteractionThreshold === 1,
    'THAW_CO_INTERACTION_THRESHOLD is 1: every pair of a history is an edge',
    'Raise it, unless the data set is tiny: memory and training time grow with the edges.',
  );
  suspect(
    security.insecureListen,
    'THAW_INSECURE_LISTEN is true: whoever reaches this machine may ask and command',
    'Set THAW_TLS_CERT and THAW_API_TOKENS, and unset it.',
  );
  suspect(
    http.host !== '127.0.0.1' && http.host !== 'localhost' && http.host !== '::1',
    `THAW_HTTP_HOST is ${http.host}: apps/graph has neither TLS nor tokens`,
    'Let only the other apps reach its port.',
  );
  suspect(
    trainer.minIndexRecall < 0.9,
    `THAW_TRAINER_MIN_INDEX_RECALL is ${trainer.minIndexRecall}: the recommender refuses versions below 0.9`,
    'Raise it.',
  );
  return findings.length > 0 ? findings : [ok('the settings fit together')];
}

export const settingsCheck = (config: Config): Check => ({
  name: 'settings',
  run: () => Promise.resolve(settingFindings(config)),
});
