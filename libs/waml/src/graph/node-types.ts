/** The nodes of the reduced graph (METHOD, "The graph and its reduction"): customers never enter the model. */
export type NodeType = 'product' | 'seller' | 'category';

export const NODE_TYPES: readonly NodeType[] = ['product', 'seller', 'category'];

/**
 * The edge sets of the reduced graph:
 * - `co-interaction`: product–product, with the number of customers whose history holds both;
 * - `listing`: seller–product;
 * - `category`: category–product.
 */
export type Relation = 'co-interaction' | 'listing' | 'category';

export const RELATIONS: readonly Relation[] = ['co-interaction', 'listing', 'category'];
