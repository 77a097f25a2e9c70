import { leastDemand } from '@thaw/dataset';
import { type LoadedConfig, SETTINGS } from '@thaw/platform';
import type { FeedPlan } from './feed.js';

/**
 * What the imported data set says of its candidates, as a setting of the apps: with another rule it would not be the data
 * set's task that they do. What is set by hand stands.
 */
export async function datasetSettings(
  plan: FeedPlan,
  { report }: LoadedConfig,
  note: (line: string) => void,
): Promise<Readonly<Record<string, string>>> {
  const { name } = SETTINGS.graph.minCustomers;
  const setting = report.find((each) => each.name === name);
  if (plan.kind !== 'import' || setting?.source !== 'default') return {};
  const customers = await leastDemand(plan.folder);
  if (customers === undefined || customers === setting.value) return {};
  note(`Candidates of ${plan.folder} have ${customers} customers or more: going on with ${name}=${customers}.`);
  return { [name]: String(customers) };
}
