import { DEFAULT_GRAPH_SETTINGS, type GraphSettings } from '@thaw/graph';

/** Limits so low that a few dozen events reach all of them. */
export const LOW_LIMITS: GraphSettings = {
  ...DEFAULT_GRAPH_SETTINGS,
  historyLimit: 4,
  demandLimit: 6,
  coInteractionThreshold: 2,
  minCustomers: 2,
  maxListings: 2,
};

/** The settings as variables of apps/graph, which commits small batches quickly. */
export function settingsVariables(settings: GraphSettings): Record<string, string> {
  return {
    THAW_HISTORY_LIMIT: String(settings.historyLimit),
    THAW_DEMAND_LIMIT: String(settings.demandLimit),
    THAW_CO_INTERACTION_THRESHOLD: String(settings.coInteractionThreshold),
    THAW_MIN_CUSTOMERS: String(settings.minCustomers),
    THAW_MAX_LISTINGS: String(settings.maxListings),
    THAW_MICRO_BATCH_MAX_DELAY_MS: '5',
  };
}
