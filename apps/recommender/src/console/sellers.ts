import type { SellerSuggestions } from '@thaw/app-console';
import type { ServingGraph } from '../graph/serving-graph.js';

const SHOWN = 8;
/** Ids that are looked at for one answer, at most: about a millisecond. */
const LOOKED_AT = 50_000;

/** s-2 before s-10. */
const { compare } = new Intl.Collator('en', { numeric: true });
const byId = (a: { readonly sellerId: string }, b: { readonly sellerId: string }): number =>
  compare(a.sellerId, b.sellerId);

/** Sellers whose id begins with the prefix, the very one and those that list something first: a help to type, not a search. */
export function suggestSellers({ sellers, listed }: ServingGraph, prefix: string): SellerSuggestions {
  const facts = (seller: number) => ({ sellerId: sellers.id(seller), listings: listed.length(seller) });
  const exact = sellers.find(prefix);
  const found: ReturnType<typeof facts>[] = [];
  const idle: typeof found = [];
  for (let seller = 0; seller < Math.min(sellers.capacity, LOOKED_AT) && found.length < SHOWN; seller++) {
    if (seller === exact || !sellers.id(seller).startsWith(prefix)) continue;
    if (listed.length(seller) > 0) found.push(facts(seller));
    else if (idle.length < SHOWN) idle.push(facts(seller));
  }
  const first = exact === undefined ? [] : [facts(exact)];
  return { sellers: [...first, ...found.sort(byId), ...idle.sort(byId)].slice(0, SHOWN) };
}
