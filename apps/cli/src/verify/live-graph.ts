import { type graph, ThawError } from '@thaw/contracts';
import { GraphReplica, type GraphSettings } from '@thaw/graph';
import type { GraphClient } from '@thaw/graph-reader';

/** The live graph as it was at one sequence number. */
export interface LiveGraph {
  readonly header: graph.GraphHeader;
  readonly settings: GraphSettings;
  readonly replica: GraphReplica;
}

/** @throws ThawError GRAPH_NOT_READY, or what apps/graph answers instead */
export async function readLiveGraph(client: GraphClient): Promise<LiveGraph> {
  const replica = new GraphReplica();
  let header: graph.GraphHeader | undefined;
  for await (const message of client.copy()) {
    if (message.part?.$case === 'header') header = message.part.value;
    replica.read(message);
  }
  if (header?.settings !== undefined) return { header, settings: header.settings, replica };
  throw new ThawError('GRAPH_NOT_READY', 'The copy of the graph has no header with its settings.');
}
