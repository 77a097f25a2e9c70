import { TABLE_1, TABLE_5 } from './paper.js';
import type { MarketplaceShape } from './shape-measure.js';

/** The tolerance, relative, within which a claimed row reproduces the paper. */
export const SHAPE_TOLERANCE = 0.15;

/** One line of a comparison with the paper. */
export interface ShapeRow {
  readonly table: 'Table 1' | 'Table 5';
  /** As in the paper: "E_SP", or a stratum of table 1. */
  readonly symbol: string;
  readonly description: string;
  readonly unit: 'share' | 'per seller' | 'listings' | 'count';
  readonly paper: number;
  readonly measured: number;
  /** measured / paper − 1. */
  readonly deviation: number;
  /** Whether the simulator promises this row, within {@link SHAPE_TOLERANCE}; decision 0002 says why not all. */
  readonly claimed: boolean;
  readonly holds: boolean;
}

/** Sets a measured shape beside tables 1 and 5 of the paper. */
export function compareWithPaper(shape: MarketplaceShape): ShapeRow[] {
  return [...table1(shape), ...table5(shape)];
}

function table1(shape: MarketplaceShape): ShapeRow[] {
  const candidates = Math.max(1, shape.candidates);
  const share = (from: number, to: number) =>
    shape.candidatesByListings.slice(from, to).reduce((sum, count) => sum + count, 0) / candidates;
  const stratum = (symbol: string, description: string, paper: number, measured: number) =>
    row({ table: 'Table 1', symbol, description, unit: 'share', paper, measured, claimed: true });
  return [
    stratum('cold', 'candidates with 0 listings', TABLE_1.cold, share(0, 1)),
    stratum('soft cold', 'candidates with 1 to 3 listings', TABLE_1.softCold, share(1, 4)),
    stratum('mildly warmed', 'candidates with 4 to 9 listings', TABLE_1.mildlyWarmed, share(4, Infinity)),
    row({
      table: 'Table 1',
      symbol: 'mean',
      description: 'listings of a candidate',
      unit: 'listings',
      paper: TABLE_1.meanListings,
      measured: shape.sellerCandidateEdges / candidates,
      claimed: true,
    }),
  ];
}

function table5(shape: MarketplaceShape): ShapeRow[] {
  const x = Math.max(1, shape.sellers);
  const perSeller = (symbol: string, description: string, paper: number, count: number, claimed = true) =>
    row({ table: 'Table 5', symbol, description, unit: 'per seller', paper, measured: count / x, claimed });
  const nodes = shape.sellers + shape.trainingProducts + shape.categories;
  const edges = shape.trainingPairs + shape.sellerTrainingEdges + shape.categoryTrainingEdges;
  return [
    perSeller('C', 'customers', TABLE_5.customers, shape.customers),
    perSeller('P', 'products', TABLE_5.products, shape.products),
    atMost('A', 'product categories', TABLE_5.categoriesAtMost, shape.categories),
    perSeller('Pr', 'candidates', TABLE_5.candidates, shape.candidates),
    perSeller('Pt', 'training products', TABLE_5.trainingProducts, shape.trainingProducts),
    perSeller('E_CP', 'customer-product edges', TABLE_5.customerProductEdges, shape.customerProductEdges),
    perSeller('E_P', 'product-product pairs, unfiltered', TABLE_5.productPairs, shape.productPairs, false),
    perSeller('E_SP', 'seller-product edges', TABLE_5.sellerProductEdges, shape.sellerProductEdges),
    perSeller('E_AP', 'category-product edges', TABLE_5.categoryProductEdges, shape.categoryProductEdges),
    perSeller('E_Pt', 'product-product edges, filtered', TABLE_5.trainingPairs, shape.trainingPairs),
    perSeller('E_SPr', 'seller-candidate edges', TABLE_5.sellerCandidateEdges, shape.sellerCandidateEdges, false),
    perSeller('E_SPt', 'seller-training-product edges', TABLE_5.sellerTrainingEdges, shape.sellerTrainingEdges, false),
    perSeller('E_APt', 'category-training-product edges', TABLE_5.categoryTrainingEdges, shape.categoryTrainingEdges),
    perSeller('V', 'nodes of the reduced graph', TABLE_5.graphNodes, nodes),
    perSeller('E', 'edges of the reduced graph', TABLE_5.graphEdges, edges, false),
  ];
}

function row(fields: Omit<ShapeRow, 'deviation' | 'holds'>): ShapeRow {
  const deviation = fields.measured / fields.paper - 1;
  return { ...fields, deviation, holds: Math.abs(deviation) <= SHAPE_TOLERANCE };
}

/** A ceiling holds at any count below it. */
function atMost(symbol: string, description: string, paper: number, measured: number): ShapeRow {
  const compared = row({ table: 'Table 5', symbol, description, unit: 'count', paper, measured, claimed: true });
  return { ...compared, holds: measured <= paper };
}
