import type { graph } from '@thaw/contracts';
import { ThawError } from '@thaw/contracts';

export interface ReplicaProduct {
  readonly categoryId: string;
  readonly title: string;
  readonly description: string;
  /** As last told: within a half-octave of the true number. */
  readonly customers: number;
  candidate: boolean;
}

/**
 * A reader's copy of the reduced graph: `ReadGraph` first, then the changes from the next sequence number on. Strict: a
 * change that does not fit the copy is an error, since it means that something was lost.
 *
 * @throws ThawError GRAPH_DIVERGED on a gap in the sequence, or on a change that names what is not there.
 */
export class GraphReplica {
  sequence = 0;
  readonly products = new Map<string, ReplicaProduct>();
  readonly sellers = new Set<string>();
  /** "a\nb" with a < b → count as last told. */
  readonly edges = new Map<string, number>();
  /** "seller\nproduct" → event time, epoch milliseconds. */
  readonly listings = new Map<string, number>();
  readonly #productNumbers: string[] = [];
  readonly #sellerNumbers: string[] = [];

  /** Takes the next message of a `ReadGraph` stream; true with the last one. */
  read({ part }: graph.ReadGraphResponse): boolean {
    switch (part?.$case) {
      case 'header':
        this.sequence = part.value.sequence;
        break;
      case 'products':
        for (const { productId, candidate, ...product } of part.value.products) {
          this.#productNumbers.push(productId);
          this.products.set(productId, { ...product, candidate });
        }
        break;
      case 'sellers':
        for (const sellerId of part.value.sellerIds) {
          this.#sellerNumbers.push(sellerId);
          this.sellers.add(sellerId);
        }
        break;
      case 'edges': {
        const { first, second, count } = part.value;
        const id = (numbers: number[], index: number): string => this.#productNumbers[numbers[index]!]!;
        count.forEach((customers, index) => this.edges.set(edgeKey(id(first, index), id(second, index)), customers));
        break;
      }
      case 'listings': {
        const { seller, product, eventTimeMs } = part.value;
        eventTimeMs.forEach((timeMs, index) => {
          const key = `${this.#sellerNumbers[seller[index]!]!}\n${this.#productNumbers[product[index]!]!}`;
          this.listings.set(key, timeMs);
        });
        break;
      }
      case 'past': // for replays
        break;
      case 'trailer':
        return true;
      case undefined:
        throw broken('a message of the ReadGraph stream has no part that this version knows');
    }
    return false;
  }

  /** Applies a change; one that was applied before is passed over. Returns whether it was new. */
  apply({ sequence, change }: graph.GraphChange): boolean {
    if (sequence <= this.sequence) return false;
    if (sequence !== this.sequence + 1) {
      throw broken(`change ${sequence} follows ${this.sequence}: read the graph again with ReadGraph`);
    }
    this.#apply(sequence, change);
    this.sequence = sequence;
    return true;
  }

  #apply(sequence: number, change: graph.GraphChange['change']): void {
    const expect = (condition: boolean, what: string): void => {
      if (!condition) throw broken(`change ${sequence} (${change?.$case ?? 'unknown'}): ${what}`);
    };
    switch (change?.$case) {
      case 'candidateAdmitted':
      case 'candidateEvicted': {
        const product = this.products.get(change.value.productId);
        const admitted = change.$case === 'candidateAdmitted';
        expect(product?.candidate === !admitted, `${change.value.productId} is ${admitted ? 'already' : 'not'} one`);
        product!.candidate = admitted;
        break;
      }
      case 'edgeAdded': {
        const { productIdA, productIdB, count } = change.value;
        expect(this.products.has(productIdA) && this.products.has(productIdB), 'an end is not in the graph');
        this.edges.set(edgeKey(productIdA, productIdB), count);
        break;
      }
      case 'edgeRemoved':
        expect(this.edges.delete(edgeKey(change.value.productIdA, change.value.productIdB)), 'there is no such edge');
        break;
      case 'listingAdded': {
        const { sellerId, productId, eventTimeMs } = change.value;
        expect(this.sellers.has(sellerId) && this.products.has(productId), 'an end is not in the graph');
        this.listings.set(`${sellerId}\n${productId}`, eventTimeMs);
        break;
      }
      case 'listingRemoved':
        expect(this.listings.delete(`${change.value.sellerId}\n${change.value.productId}`), 'there is no such listing');
        break;
      case 'productChanged': {
        const { productId, categoryId, title, description, customers } = change.value;
        const candidate = this.products.get(productId)?.candidate ?? false;
        this.products.set(productId, { categoryId, title, description, customers, candidate });
        break;
      }
      case 'productRemoved':
        expect(this.products.delete(change.value.productId), 'there is no such product');
        break;
      case 'sellerAdded':
        expect(!this.sellers.has(change.value.sellerId), 'the seller is there already');
        this.sellers.add(change.value.sellerId);
        break;
      case undefined:
        throw broken(`change ${sequence} is of a kind that this version does not know: update Thaw`);
    }
  }
}

/** The name of an edge, whichever end comes first. */
export function edgeKey(a: string, b: string): string {
  return a < b ? `${a}\n${b}` : `${b}\n${a}`;
}

function broken(message: string): ThawError {
  return new ThawError('GRAPH_DIVERGED', `The copy of the graph does not fit its changes: ${message}.`);
}
