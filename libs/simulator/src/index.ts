export type { SimulatedEvent } from './events.js';
export { createMarketplace, type Marketplace, type MarketplaceStats } from './marketplace.js';
export { MARKETPLACE_POLICY, TABLE_1, TABLE_5, type ShapePolicy } from './paper.js';
export { Random } from './random.js';
export { DEFAULT_RATES, type MarketplaceRates, type MarketplaceSettings, type MarketplaceSizes } from './settings.js';
export { measureShape, ShapeMeasure, type MarketplaceShape } from './shape-measure.js';
export { compareWithPaper, SHAPE_TOLERANCE, type ShapeRow } from './shape-report.js';
