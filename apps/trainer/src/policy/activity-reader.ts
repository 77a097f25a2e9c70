import type { GraphChanges, GraphConsumer } from '@thaw/graph-reader';
import type { graph } from '@thaw/contracts';
import type { GraphActivity } from './graph-activity.js';

/** Follows the graph for what happens to it: of a copy the header is enough. */
export function activityReader(activity: GraphActivity): GraphConsumer {
  return {
    begin: (header: graph.GraphHeader) => activity.begin(header),
    part: () => undefined,
    ready: () => undefined,
    apply: ({ changes }: GraphChanges) => {
      for (const change of changes) activity.apply(change);
    },
  };
}
